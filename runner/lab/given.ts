/** What there was before the first step, in the form in which a story tells what there is after each. */
import { clone } from './clone.ts';
import type { Scenario } from './scenario.ts';
import type { Change } from './verdict.ts';
import type { World } from './world.ts';

export function givenOf(
  { given = {}, givenVersion = 1, apis = {} }: Scenario,
  { messages }: Pick<World, 'messages'>,
): Change[] {
  return [
    ...Object.entries(given).map(([key, value]): Change => ({
      kind: 'document',
      key,
      value: clone(value),
      version: givenVersion,
    })),
    ...messages
      .filter(({ sentBy }) => sentBy === undefined)
      .map(({ queue, messageId }): Change => ({
        kind: 'message',
        queue,
        messageId,
        state: 'waiting',
      })),
    ...Object.entries(apis).map(([host, { state }]): Change => ({
      kind: 'api',
      host,
      state: clone(state),
    })),
  ];
}
