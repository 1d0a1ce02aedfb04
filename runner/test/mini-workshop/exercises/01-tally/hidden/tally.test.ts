import { judge } from '#lab';

judge({
  name: 'two votes at once',
  given: {},
  processes: { web: { 'POST /vote': 'tally.ts#vote' } },
  traffic: {
    ada: (browser) => browser.post('/vote', { to: 'web' }),
    ben: (browser) => browser.post('/vote', { to: 'web' }),
  },
  promises: {
    'every-vote-counts': (outcome) => {
      const votes = outcome.document<number>('tally')?.value ?? 0;
      return votes === 2 ? undefined : `2 votes were cast, and the tally says ${votes}`;
    },
    'voters-are-answered': (outcome) =>
      outcome.answers().every(({ status }) => status === 200)
        ? undefined
        : 'a voter was not answered with 200',
  },
});
