import { challenge, type Outcome } from '#lab';

/** The same rules in all three games. */
const faults = { crashes: 1, lockExpiries: 1, duplicateDeliveries: 1 };
/** More than all faults and refused commits together: whoever throws gets the message again. */
const deliveriesMost = 6;
const givenVersion = 3;

challenge(
  {
    promise: 'first',
    schedule: 'schedules.ts#first',
    name: 'ada and ben both want to go home',
    given: { 'agent-ada': { status: 'on duty' }, 'agent-ben': { status: 'on duty' } },
    givenVersion,
    queued: {
      support: [
        { messageId: 'm1', type: 'EndShift', body: { agent: 'ada', colleague: 'ben' } },
        { messageId: 'm2', type: 'EndShift', body: { agent: 'ben', colleague: 'ada' } },
      ],
    },
    processes: {
      'support #1': { 'queue support': 'first.ts#endShift' },
      'support #2': { 'queue support': 'first.ts#endShift' },
    },
    faults,
    deliveriesMost,
    wrong: (outcome: Outcome) => {
      const agents = outcome.documents<{ status: string }>('agent-');
      return agents.some(({ value }) => value.status === 'on duty')
        ? undefined
        : 'ada and ben have both gone home, and nobody is on duty';
    },
  },
  {
    promise: 'second',
    schedule: 'schedules.ts#second',
    name: 'a capybara for 25.00 came back, and ada had 10.00 to her credit',
    given: { 'credit-ada': { cents: 1_000 } },
    givenVersion,
    queued: {
      returns: [
        {
          messageId: 'm1',
          type: 'CreditReturn',
          body: { returnId: '7', customer: 'ada', cents: 2_500 },
        },
      ],
    },
    processes: {
      'returns #1': { 'queue returns': 'second.ts#creditReturn' },
      'returns #2': { 'queue returns': 'second.ts#creditReturn' },
    },
    faults,
    deliveriesMost,
    wrong: (outcome: Outcome) => {
      const cents = outcome.document<{ cents: number }>('credit-ada')?.value.cents ?? 0;
      return cents === 3_500
        ? undefined
        : `ada had 10.00 and brought back a capybara for 25.00, and her credit is ${(cents / 100).toFixed(2)}`;
    },
  },
  {
    promise: 'third',
    schedule: 'schedules.ts#third',
    name: 'two boxes came, with 5 and with 3 capybaras, and there were 10',
    given: { 'stock-xl': { pieces: 10, counted: [] } },
    givenVersion,
    queued: {
      stock: [
        { messageId: 'm1', type: 'BoxArrived', body: { sku: 'xl', pieces: 5 } },
        { messageId: 'm2', type: 'BoxArrived', body: { sku: 'xl', pieces: 3 } },
      ],
    },
    processes: { stock: { 'queue stock': 'third.ts#countBox' } },
    faults,
    deliveriesMost,
    wrong: (outcome: Outcome) => {
      const stock = outcome.document<{ pieces: number; counted: string[] }>('stock-xl')?.value;
      return stock?.pieces === 18
        ? undefined
        : `there were 10 capybaras, 5 and 3 came, and stock-xl says ${stock?.pieces}, with ${stock?.counted.join(' and ')} in it`;
    },
  },
);
