/** A process that consumes: tells each delivery; with `hold`, it never ends one, with `wait` not before it is told to. */
const [folder, name, lockSeconds, mode] = process.argv.slice(2);
const { openSqliteBroker } = await import('../../dist/src/adapters/real/sqlite-broker.js');
const settings = { lockSeconds: Number(lockSeconds), deliveriesMost: 100, now: Date.now };
// Without a net: a wake-up that is lost is lost for good.
const broker = openSqliteBroker(folder, settings, 2 ** 30);
const told = new Promise((resolve) => process.once('message', resolve));
const consumer = broker.consume(['jobs'], name, async ({ message }) => {
  process.send({ got: message.messageId, by: name, delivery: message.deliveries });
  if (mode === 'hold') await new Promise(() => {});
  if (mode === 'wait') await told;
  return { how: 'complete', done: () => {} };
});
process.on('disconnect', () => process.exit());
consumer.failed.catch((error) => {
  throw error;
});
process.send({ ready: name });
