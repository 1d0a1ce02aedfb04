/** Real processes for the vault's tests: node child.mjs ROLE … Speaks in lines on stdout. */
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileSystem } from '../../dist/src/adapters/vault/file-system.js';
import { tryLock } from '../../dist/src/adapters/vault/lock.js';
import { openVault } from '../../dist/src/adapters/vault/vault.js';

const [role, ...words] = process.argv.slice(2);
const say = (text) => writeSync(1, `${text}\n`);
const roles = { hold, contend, swap, save };
await roles[role](...words);

/** Takes the lock and never lets go. */
async function hold(vault) {
  const lock = tryLock(fileSystem, join(vault, 'lock'), join(vault, 'claim'), process.pid);
  say(typeof lock === 'object' ? 'held' : 'not held');
  process.stdin.resume();
}

/** Takes the lock again and again, proves that nobody else has it, and dies holding it. */
async function contend(vault, times) {
  const path = join(vault, 'lock');
  for (let turn = 1; turn <= Number(times); await setImmediate()) {
    const lock = tryLock(fileSystem, path, join(vault, `claim-${process.pid}`), process.pid);
    if (typeof lock !== 'object') continue;
    closeSync(openSync(join(vault, 'inside'), 'wx'));
    unlinkSync(join(vault, 'inside'));
    turn += 1;
    if (turn <= Number(times)) lock.release();
  }
  say('alone each time');
  process.kill(process.pid, 'SIGKILL');
}

/** Makes a workspace equal to one folder, then to the other, in turns; says each change of a name. */
async function swap(kataFolder, workspace, one, other, times) {
  const saying = (name) => [name, (...paths) => (say(name), fileSystem[name](...paths))];
  const names = ['rename', 'link', 'unlink'].map(saying);
  const vault = openVault({
    kataFolder,
    pid: process.pid,
    clock: { now: () => Date.now() },
    fileSystem: { ...fileSystem, ...Object.fromEntries(names) },
  });
  const label = { exercise: 'lost-intent', reason: 'swap', keep: true };
  for (let turn = 1; turn <= Number(times); turn++) {
    const folder = turn % 2 === 1 ? one : other;
    await vault.replace(workspace, { layers: [{ folder }] }, label);
  }
}

/**
 * An editor that saves numbered texts, in place and by rename in turns, until stdin ends. Says a text when
 * somebody else took it away, and the last one: whoever took it must have kept it. (A text that this editor
 * itself wrote over is nobody's to keep.)
 */
async function save(path) {
  let last;
  let open = true;
  process.stdin.on('end', () => (open = false)).resume();
  for (let number = 1; open; number++) {
    if (last !== undefined && read(path) !== last) say(last);
    last = `save ${number} of ${path}`;
    try {
      const target = number % 2 === 0 ? path : `${path}~`;
      writeFileSync(target, last);
      if (target !== path) renameSync(target, path);
    } catch (error) {
      // The temporary file, or the whole folder, is not there: this save failed, and the editor knows.
      if (error.code !== 'ENOENT') throw error;
      last = undefined;
    }
    await nextMillisecond();
  }
  if (last !== undefined) say(last);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Nobody saves faster; without a pause no program could ever copy what is saved. */
async function nextMillisecond() {
  const now = Date.now();
  while (Date.now() < now + 2) await setImmediate();
}
