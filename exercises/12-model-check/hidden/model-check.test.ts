import { judgeModel, type State } from '#model';

/** The parts of a state that the sentences below speak of. */
interface Parts {
  readonly queue: ReadonlyMap<string, string>;
  readonly booked: ReadonlyMap<string, number>;
  readonly topic: readonly string[];
}

const promises = {
  'nothing-twice': {
    bookedOnce: (state: State) => {
      const [message, times] = [...partsOf(state).booked].find(([, each]) => each > 1) ?? [];
      return `${message} was booked ${times} times`;
    },
    noGhosts: (state: State) => {
      const { topic, booked } = partsOf(state);
      const message = topic.find((each) => booked.get(each) === 0);
      return `the event of ${message} was sent, and its payment is not booked`;
    },
  },
  'nothing-forgotten': { nothingForgotten: forgotten },
};

const rules = {
  'small-steps': ({ before, after }: { before: State; after: State }) => {
    const touched = ['store', 'topic', 'queue'].filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
    );
    return touched.length > 1
      ? `one step changes the ${touched.join(' and the ')}, and no system in the field can do that`
      : undefined;
  },
};

const possible = {
  'can-finish': {
    name: 'allCompleted',
    so: 'from here on, the messages can never all be completed, whatever happens',
  },
};

judgeModel({
  test: import.meta,
  specification: 'check.qnt',
  file: 'inbox-outbox.qnt',
  models: [
    {
      name: 'two workers and one message',
      init: 'twoWorkers',
      step: 'step',
      promises,
      rules,
      possible,
      goals: {
        'two workers hold the same message': 'bothAtOnce',
        'a message comes again after it was booked': 'copyAfterBooking',
        'a message comes again after its event was sent': 'copyAfterSending',
        'all is done': 'allDone',
      },
    },
    {
      name: 'one worker and two messages',
      init: 'twoMessages',
      step: 'step',
      promises,
      rules,
      possible,
      goals: {},
    },
  ],
  invariant: {
    promise: 'your-invariant',
    name: 'learner::nothingForgotten',
    means: { name: 'nothingForgotten', so: forgotten },
    init: 'oneWorker',
    right: [
      { name: 'a right model', step: 'rightCleared' },
      { name: 'a right model that never clears its outbox', step: 'rightKept' },
      { name: 'a right model that fills its outbox first', step: 'rightOwedFirst' },
      { name: 'a right model with two messages', init: 'twoMessages', step: 'rightKept' },
    ],
    wrong: [
      { name: 'a model whose outbox is filled in a second commit', step: 'wrongLater' },
      { name: 'a model that clears its outbox too soon', step: 'wrongCleared' },
      { name: 'a model that completes too soon', step: 'wrongCompleted' },
      { name: 'a model that has nothing to do for a copy', step: 'wrongSentHome' },
      { name: 'a model that completes without booking', step: 'wrongUnbooked' },
      {
        name: 'a model that empties its whole outbox',
        init: 'twoMessages',
        step: 'wrongEmptied',
      },
      {
        name: 'a model that forgets one of two messages',
        init: 'twoMessages',
        step: 'wrongForOne',
      },
    ],
  },
});

function forgotten(state: State): string {
  const { queue, topic } = partsOf(state);
  const [message] =
    [...queue].find(([each, now]) => now === 'completed' && !topic.includes(each)) ?? [];
  return `${message} is completed, and its event was never sent`;
}

function partsOf(state: State): Parts {
  const { queue, store, topic } = state as unknown as {
    readonly queue: { readonly '#map': readonly (readonly [string, string])[] };
    readonly store: {
      readonly booked: { readonly '#map': readonly (readonly [string, { '#bigint': string }])[] };
    };
    readonly topic: { readonly '#set': readonly string[] };
  };
  return {
    queue: new Map(queue['#map']),
    booked: new Map(store.booked['#map'].map(([key, times]) => [key, Number(times['#bigint'])])),
    topic: topic['#set'],
  };
}
