import { judge } from '#lab';

judge({
  name: 'one guest',
  given: {},
  processes: { web: { 'POST /greet/:name': 'greeting.ts#greet' } },
  traffic: { guest: (browser) => browser.post('/greet/capy', { to: 'web' }) },
  promises: {
    'greeted-by-name': (outcome) =>
      outcome.answers().some(({ body }) => body === 'hello capy')
        ? undefined
        : 'the guest capy was not greeted by name',
  },
});
