import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import type { Report } from '../../../lab/index.ts';
import type { Findings } from './protocol.ts';

/** What one run left behind; errors that nobody caught and output belong to no test of their own. */
export interface RunFindings extends Pick<Findings, 'stray' | 'output'> {
  readonly modules: readonly TestModule[];
}

/** The beginning of what the subject prints is enough to debug with. In characters. */
const outputKept = 4_000;

/** A vitest reporter that writes nothing and hands over what a run found as data. */
export function collectingReporter(onFindings: (findings: RunFindings) => void): Reporter {
  let text = '';
  let cutBytes = 0;
  return {
    onTestRunStart() {
      text = '';
      cutBytes = 0;
    },
    onUserConsoleLog({ content }) {
      const kept = content.slice(0, outputKept - text.length);
      text += kept;
      cutBytes += Buffer.byteLength(content) - Buffer.byteLength(kept);
    },
    onTestRunEnd(modules, errors) {
      onFindings({
        modules,
        stray: errors.map((error) => ({ reason: reasonOf(error), stack: error.stack ?? '' })),
        output: text === '' ? undefined : { text, cutBytes },
      });
    },
  };
}

/** Vitest names the thread that failed, and keeps why in the cause. */
function reasonOf({ message, cause }: SerializedError): string {
  const deeper = (cause as SerializedError | undefined)?.message;
  return deeper === undefined ? message : `${message} ${deeper}`;
}

export function collect(modules: readonly TestModule[]) {
  const reports: Findings['reports'][number][] = [];
  const unexplained: Findings['unexplained'][number][] = [];
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const report = reportOf(test);
      if (report) reports.push({ test: nameOf(module), report });
      const reason = unexplainedBy(test, report);
      if (reason) unexplained.push({ test: test.fullName, reason });
    }
  }
  const unloadable = modules.flatMap((module) =>
    module.errors().map(({ message }) => ({ test: nameOf(module), reason: message })),
  );
  return { reports, unexplained, unloadable };
}

/** The path without what the host wrote behind it. */
function nameOf({ relativeModuleId }: TestModule): string {
  return relativeModuleId.replace(/\?.*$/, '');
}

function reportOf(test: TestCase): Report | undefined {
  return (test.meta() as { kata?: Report }).kata;
}

/** A test may fail only by what it reports, else a slip in a hidden test would pass for a verdict. */
function unexplainedBy(test: TestCase, report: Report | undefined): string | undefined {
  const { state, errors } = test.result();
  if (report && (state !== 'failed' || !('verdict' in report) || !report.verdict.holds))
    return undefined;
  return errors?.[0]?.message ?? `it is ${state} and reported nothing`;
}
