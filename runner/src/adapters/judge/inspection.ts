import { fileURLToPath } from 'node:url';
import type { InspectorAddress } from '../../domain/ports.ts';
import { complaintIn, killTree, type Answer, type System } from './host-process.ts';
import type { InspectedMessage, JudgeRequest } from './protocol.ts';

export interface InspectionSettings {
  readonly root: string;
  readonly system: System;
  readonly signal: AbortSignal | undefined;
  readonly onListening: (address: InspectorAddress) => void;
  /** The built program of the child process, for those who run the judge from its sources. */
  readonly program?: string;
}

/** The beginning of what the learner's code prints. In characters. */
const outputKept = 4_000;

/** Runs one replay in a process of its own, without a budget: a person looks at it. */
export async function inspected(
  request: JudgeRequest,
  { root, system, signal, onListening, program }: InspectionSettings,
): Promise<Answer> {
  const { execa } = await import('execa');
  const file = program ?? fileURLToPath(new URL('inspected.js', import.meta.url));
  const child = execa(system.execPath, [file, root, JSON.stringify(request)], {
    cwd: root,
    ipc: true,
    serialization: 'json',
    // Open until this process ends, in whatever way.
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // A group of its own on POSIX: killed as a whole, and Ctrl-C reaches `kata` alone.
    detached: system.platform !== 'win32',
  });
  let text = '';
  let cutBytes = 0;
  child.stdout.setEncoding('utf8').on('data', (printed: string) => {
    const kept = printed.slice(0, outputKept - text.length);
    text += kept;
    cutBytes += Buffer.byteLength(printed) - Buffer.byteLength(kept);
  });
  const complaint = complaintIn(child.stderr);

  const exited = child.then((): Answer => ({
    kind: 'failed',
    reason: complaint() || 'the process of the debugger ended before the schedule did',
  }));
  const answered = new Promise<Answer>((resolve) => {
    child.on('message', (message) => {
      const said = message as unknown as InspectedMessage;
      if (said.kind === 'listening') onListening({ host: said.host, port: said.port });
      else resolve(said);
    });
    signal?.addEventListener('abort', () => resolve({ kind: 'interrupted' }));
    if (signal?.aborted) resolve({ kind: 'interrupted' });
  });
  try {
    const answer = await Promise.race([exited, answered]);
    if (answer.kind !== 'findings' || text === '') return answer;
    const output = { text, cutBytes };
    return { ...answer, findings: answer.findings.map((each) => ({ ...each, output })) };
  } finally {
    await killTree(system, child.pid);
    await exited;
  }
}
