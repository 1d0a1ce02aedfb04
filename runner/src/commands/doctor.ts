import { findings, ready } from '../domain/readiness.ts';
import { exit, KataError } from '../errors.ts';
import { doctorView } from '../views/doctor.ts';
import type { Kata, Run } from './command.ts';

/** Looks at the machine even where the workshop itself cannot be found, and says which it was. */
export const doctor: Run<{ json?: boolean }> = async (kata, { json }) => {
  const workshop = find(kata);
  const report = [
    ...('root' in workshop ? [] : [workshop.finding]),
    ...findings(await kata.machine.observe('root' in workshop ? workshop.root : undefined)),
  ];
  kata.terminal.print(
    json
      ? JSON.stringify({ ready: ready(report), findings: report }, undefined, 2)
      : doctorView(kata.screen, report),
  );
  return ready(report) ? exit.done : exit.broken;
};

function find(kata: Kata) {
  try {
    return { root: kata.root };
  } catch (error) {
    if (!(error instanceof KataError)) throw error;
    const seen = `${error.message.replace(/\.$/, '')}; its disk and build were not looked at`;
    return {
      finding: { topic: 'workshop', status: 'problem', seen, remedy: error.remedy } as const,
    };
  }
}
