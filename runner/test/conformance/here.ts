/** A scenario on the durable parts, with its processes in this one: as quick as it gets, and without crashes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { chanceOf } from '../../lab/sampling.ts';
import { loadProgram } from '../../lab/program.ts';
import type { Outcome, Scenario } from '../../lab/scenario.ts';
import { loadSubject } from '../../lab/subject.ts';
import type { FaultKind } from '../../lab/verdict.ts';
import { delayOf } from '../../src/adapters/real/delay.ts';
import { serve, type Serving } from '../../src/adapters/real/serving.ts';
import { openSqliteParts, type Parts } from '../../src/adapters/real/sqlite-parts.ts';
import { openSystem, type Launcher } from '../../src/adapters/real/system.ts';

/** Removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kata-real-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param seed  where the faults strike, of those that the scenario allows */
export async function runHere(scenario: Scenario, seed: number): Promise<Outcome> {
  const { lockExpiries = 0, unknownOutcomes = 0, duplicateDeliveries = 0 } = scenario.faults ?? {};
  const bounds = new Map<FaultKind, number>([
    ['lock expiry', lockExpiries],
    ['unknown outcome', unknownOutcomes],
    ['duplicate delivery', duplicateDeliveries],
  ]);
  const system = await openSystem({
    scenario,
    folder: temporaryFolder(),
    launcher: launcherHere(scenario, seed),
    seed,
    bounds,
    onLine: () => {},
  });
  try {
    await system.comeToRest();
    return await system.outcome();
  } finally {
    await system.close();
  }
}

function launcherHere(scenario: Scenario, seed: number): Launcher {
  const program = loadProgram(scenario, loadSubject(import.meta.dirname));
  const placed = new Map<string, Parts & { readonly serving: Serving }>();
  const asked = new Map<string, (yes: boolean) => void>();
  let questions = 0;
  return {
    async start({ process, folder, boot, port, apis }, hear) {
      const plan = program.processes.find(({ name }) => name === process)!;
      const chance = chanceOf(seed * 31 + plan.index);
      const parts = openSqliteParts(folder, scenario);
      const serving = await serve({
        program,
        plan,
        ...parts,
        now: parts.clock.now,
        apis,
        boot,
        port,
        around: {
          async strikes(fault, where) {
            if (chance() > 0.5) return false;
            questions += 1;
            const question = questions;
            const yes = new Promise<boolean>((resolve) => {
              asked.set(`${process} ${question}`, resolve);
            });
            hear({ kind: 'question', question, fault, where });
            return yes;
          },
          coin: () => chance() < 0.5,
          delay: () => delayOf(chance),
          tell: (who, text) => hear({ kind: 'told', line: { at: 0, who, text } }),
          busy: (count) => hear({ kind: 'busy', with: count }),
          refusedCommit: () => hear({ kind: 'refused-commit' }),
          mistake: (mistake) => hear({ kind: 'mistake', mistake }),
        },
      });
      placed.set(process, { serving, ...parts });
      return serving.port;
    },
    answer: (process, question, yes) => asked.get(`${process} ${question}`)?.(yes),
    kill: () => Promise.reject(new Error('nobody can be killed in here')),
    async rest(process) {
      const left = placed.get(process);
      await left?.serving.close();
      left?.broker.close();
      left?.store.close();
    },
  };
}
