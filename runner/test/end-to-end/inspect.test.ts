import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { attachDebugger, type DebuggerClient } from '../debugger-client.ts';
import { kataProgram, miniWorkshop, type MiniWorkshop } from '../workshop.ts';

/** `kata replay --inspect` of the token that the first check left, once it waits for a debugger. */
async function waiting({ root, kata }: MiniWorkshop, ...more: readonly string[]) {
  await kata('next');
  await kata('check');
  const replay = execa(process.execPath, [kataProgram, 'replay', '--inspect', ...more], {
    cwd: root,
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
  });
  onTestFinished(() => void replay.kill('SIGKILL'));
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    replay.stderr.on('data', (text: Buffer) => {
      said += String(text);
      const [, found] =
        /waits for a debugger at 127\.0\.0\.1:(\d+)\n[^]*Ctrl-C ends it/.exec(said) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    void replay.then(({ stderr }) => reject(new Error(`it ended:\n${stderr}`)));
  });
  return { replay, port, said };
}

interface Paused {
  readonly callFrames: readonly [
    {
      readonly functionName: string;
      readonly location: { readonly scriptId: string; readonly lineNumber: number };
    },
  ];
}

/** Where it has stopped: 'vote, line 5', of a file that is the learner's. */
async function stop(client: DebuggerClient, url: string): Promise<string> {
  const { callFrames } = await client.event<Paused>('Debugger.paused');
  const [{ functionName, location }] = callFrames;
  expect(client.scripts.get(location.scriptId)).toBe(url);
  return `${functionName}, line ${location.lineNumber + 1}`;
}

async function processesAt(root: string): Promise<readonly string[]> {
  const { stdout } = await execa('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes('inspected.js') && line.includes(root));
}

test('a debugger stops in the learner’s own file where each handler begins, and the history follows', async () => {
  const workshop = miniWorkshop();
  const { replay, port, said } = await waiting(workshop, '--format', 'json');
  expect(said).toContain(`node inspect 127.0.0.1:${port}`);
  expect(said).toContain('chrome://inspect');
  const url = pathToFileURL(join(workshop.workspace('01-tally'), 'tally.ts')).href;

  const client = await attachDebugger('127.0.0.1', port);
  await client.ask('Runtime.enable');
  await client.ask('Debugger.enable');
  // Line 7 of the learner's file, where it commits.
  await client.ask('Debugger.setBreakpointByUrl', { url, lineNumber: 6 });
  await client.ask('Runtime.runIfWaitingForDebugger');

  const stops = [await stop(client, url)];
  while (stops.length < 4) {
    await client.ask('Debugger.resume');
    stops.push(await stop(client, url));
  }
  expect(stops).toEqual(['vote, line 5', 'vote, line 7', 'vote, line 5', 'vote, line 7']);

  client.disconnect();
  const { exitCode, stdout } = await replay;
  expect(exitCode).toBe(1);
  const plain = await workshop.kata('replay --format json');
  const lines = (json: string): unknown =>
    JSON.parse(json, (name, value: unknown) => (name === 'column' ? 0 : value));
  expect(lines(stdout)).toEqual(lines(plain.stdout));
  await vi.waitFor(async () => expect(await processesAt(workshop.root)).toEqual([]));
});

test('while it waits, Ctrl-C ends it and all of its processes', async () => {
  const workshop = miniWorkshop();
  const { replay } = await waiting(workshop);
  replay.kill('SIGINT');
  expect(await replay).toMatchObject({ exitCode: 130, stdout: '' });
  expect(await processesAt(workshop.root)).toEqual([]);
});

test('a kata that is killed leaves no stopped process behind', async () => {
  const workshop = miniWorkshop();
  const { replay, port } = await waiting(workshop);
  const client = await attachDebugger('127.0.0.1', port);
  await client.ask('Debugger.enable');
  await client.ask('Runtime.runIfWaitingForDebugger');
  await client.event('Debugger.paused');
  replay.kill('SIGKILL');
  await vi.waitFor(async () => expect(await processesAt(workshop.root)).toEqual([]), {
    timeout: 20_000,
  });
});

test('a token that fits nothing does not wait for a debugger', async () => {
  const { kata } = miniWorkshop();
  await kata('next');
  const refused = await kata('replay 01.1zzzz --inspect');
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain('01 tally has no situation');
  expect((await kata('replay 01.zzzzz --inspect')).stderr).toContain('another version of the lab');
});
