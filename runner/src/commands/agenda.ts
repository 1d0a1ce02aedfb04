import { moment, parseAgenda, withTitles } from '../domain/agenda.ts';
import { exit } from '../errors.ts';
import { agendaDocument, agendaScreen } from '../views/agenda.ts';
import type { Run } from './command.ts';

/** `kata agenda`: the two days, what is now and what is next. @throws KataError unreadable-file */
export const agenda: Run<{ json?: boolean | undefined }> = async (kata, input) => {
  const days = withTitles(parseAgenda(await kata.lectures.agenda()), kata.catalogue);
  const here = moment(days, kata.progress.facts(), new Date(kata.clock.now()));
  const text = input.json
    ? JSON.stringify(agendaDocument(days, here), null, 2)
    : agendaScreen(kata.screen, days, here, kata.catalogue);
  kata.terminal.print(text);
  return exit.done;
};
