import { findLecture, parseLecture } from '../domain/lecture.ts';
import { exit, KataError } from '../errors.ts';
import { lectureText } from '../views/lecture.ts';
import type { Kata, Run } from './command.ts';

/**
 * `kata lecture [NN]`: the talk before the exercise at hand, before exercise NN, or the one so named.
 * @throws KataError no-lecture
 */
export const lecture: Run<{ lecture?: string | undefined }> = async (kata, input) => {
  const names = await kata.lectures.names();
  const name =
    input.lecture === undefined ? atHand(kata, names) : named(kata, names, input.lecture);
  const talk = parseLecture(await kata.lectures.read(name));
  const before = kata.catalogue.find((exercise) => exercise.lecture === name);
  await kata.terminal.page(lectureText(kata.screen, talk, before));
  return exit.done;
};

function atHand(kata: Kata, names: readonly string[]): string {
  const { id, lecture: wanted } = kata.exercise(undefined);
  if (wanted === undefined) throw noLecture(`There is no talk right before ${id}.`, names);
  if (names.includes(wanted)) return wanted;
  throw noLecture(`The talk before ${id}, ${wanted}, is not in lectures/ yet.`, names);
}

function named(kata: Kata, names: readonly string[], wanted: string): string {
  const name = findLecture(names, kata.catalogue, wanted);
  if (name === undefined) throw noLecture(`There is no talk ${wanted}.`, names);
  return name;
}

function noLecture(message: string, names: readonly string[]): KataError {
  const list =
    names.length === 0 ? 'lectures/ holds none yet.' : `These are there: ${names.join(', ')}.`;
  return new KataError('no-lecture', message, `${list} Read one with kata lecture NAME.`);
}
