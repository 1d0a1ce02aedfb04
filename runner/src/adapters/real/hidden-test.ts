/**
 * The system that an exercise is about, as its hidden test describes it. The file is loaded with a `judge` that
 * keeps the scenarios instead of registering tests, so that no test runner is needed to run them.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Script } from 'node:vm';
import { transform } from 'sucrase';
import * as lab from '../../../lab/index.ts';
import type { Scenario } from '../../../lab/index.ts';

/** In the order of the files. Empty where a schedule or a test is judged, and no system. */
export function scenariosIn(tests: readonly string[]): readonly Scenario[] {
  const handed: Scenario[] = [];
  const judge = (...scenarios: readonly (Scenario | lab.Generated)[]): void => {
    // What is made of generated inputs is no one system.
    handed.push(...scenarios.filter((each): each is Scenario => !('again' in each)));
  };
  const none = (): void => {};
  const loaded = new Map<string, Record<string, unknown>>();
  const stage = { ...lab, judge, challenge: none, judgeTest: none };
  for (const test of tests) load(test);
  return handed;

  function load(file: string): Record<string, unknown> {
    const known = loaded.get(file);
    if (known) return known;
    const exports: Record<string, unknown> = {};
    loaded.set(file, exports);
    const { code } = transform(readFileSync(file, 'utf8'), {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      filePath: file,
    });
    const require = (name: string): unknown =>
      name === '#lab' ? stage : load(resolve(dirname(file), name));
    const run = new Script(`(function (exports, require) {${code}\n})`, { filename: file });
    (run.runInThisContext() as (...given: unknown[]) => void)(exports, require);
    return exports;
  }
}
