/**
 * An editor: node saver.mjs FILE saves numbered texts until stdin ends, in place and by rename in turns.
 * It prints each text that somebody else took away, and the last one: whoever took it must have kept it.
 * (A text that the editor itself wrote over is nobody's to keep.)
 */
import { readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Far quicker than a person; without a pause no program could copy what is saved. In ms. */
const pauseMs = 15;

const [file] = process.argv.slice(2);
let open = true;
process.stdin.on('end', () => (open = false)).resume();

let last;
for (let number = 1; open; number++) {
  if (last !== undefined && read() !== last) say(last);
  last = `save ${number} of process ${process.pid}`;
  try {
    const target = number % 2 === 0 ? file : `${file}~`;
    writeFileSync(target, last);
    if (target !== file) renameSync(target, file);
  } catch (error) {
    // The temporary file, or the whole folder, is not there: this save failed, and the editor knows.
    if (error.code !== 'ENOENT') throw error;
    last = undefined;
  }
  await setTimeout(pauseMs);
}
if (last !== undefined) say(last);

function say(text) {
  writeSync(1, `${text}\n`);
}

function read() {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
