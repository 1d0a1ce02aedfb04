import { wrapAnsi } from 'fast-wrap-ansi';
import { ready, type Finding } from '../domain/readiness.ts';
import { indent, margin, type Screen } from './screen.ts';

/** One line per finding, the remedy below it, and at the end what it comes to. */
export function doctorView(screen: Screen, report: readonly Finding[]): string {
  const { style, symbols } = screen;
  const signWidth = Math.max(symbols.holds.length, symbols.half.length, symbols.broken.length);
  const topicWidth = Math.max(...report.map((finding) => finding.topic.length));
  const sign: Record<Finding['status'], string> = {
    ok: style.good(symbols.holds.padEnd(signWidth)),
    warning: style.bold(symbols.half.padEnd(signWidth)),
    problem: style.bad(symbols.broken.padEnd(signWidth)),
  };
  const hang = ' '.repeat(signWidth + 1 + topicWidth + 3);
  const beside = (text: string) => wrapped(text, hang, screen.columns);
  const lines = report.flatMap(({ topic, status, seen, remedy }) => {
    const head = `${sign[status]} ${topic.padEnd(topicWidth)}   ${beside(seen)}`;
    if (remedy === undefined) return [head];
    const arrow = `${symbols.next} `;
    const below = wrapped(remedy, hang + ' '.repeat(arrow.length), screen.columns);
    return [head, `${hang}${style.accent(arrow + below)}`];
  });
  return `\n${indent([...lines, '', summary(screen, report)].join('\n'))}\n`;
}

/** The first line stands after `hang`, the others below it; both margins stay free. */
function wrapped(text: string, hang: string, columns: number): string {
  const width = columns - 2 * margin.length - hang.length;
  return wrapAnsi(text, width, { hard: true }).replaceAll('\n', `\n${hang}`);
}

function summary({ style }: Screen, report: readonly Finding[]): string {
  const problems = count(report, 'problem');
  const warnings = count(report, 'warning');
  const noted = warnings ? `, ${warnings}` : '';
  return style.bold(
    ready(report)
      ? `This machine is ready${noted}.`
      : `This machine is not ready: ${problems}${noted}.`,
  );
}

/** '1 problem', '2 problems'; empty when there is none. */
function count(report: readonly Finding[], status: Finding['status']): string {
  const number = report.filter((finding) => finding.status === status).length;
  if (number === 0) return '';
  return `${number} ${status}${number === 1 ? '' : 's'}`;
}
