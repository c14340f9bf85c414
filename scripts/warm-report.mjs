// Runs the built reports in a small home and keeps what V8 has compiled by then: `node warm-report.mjs <dir> <mark>`.
import { warm } from './warm.mjs';
import { madeHome } from './warm-home.mjs';

await warm('report', async ({ run }, home) => {
  madeHome(home);
  for (const words of [['daily', '--json'], ['daily']]) {
    if ((await run(words)) !== 0) throw new Error(`${words.join(' ')} failed`);
  }
});
