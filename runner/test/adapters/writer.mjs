// Writes facts into a progress log as one of several processes: node writer.mjs FILE NAME COUNT
import { openProgressLog } from '../../dist/src/adapters/progress-log.js';

const [file, name, count] = process.argv.slice(2);
const { log, notice } = openProgressLog(file, { now: () => Date.now() });
if (notice !== undefined) throw new Error(notice);
for (let rung = 1; rung <= Number(count); rung += 1) {
  log.record({ kind: 'hinted', exercise: name, rung });
}
log.close();
