// Runs the built live view in a small home until its picture stands, and keeps what V8 has compiled by then: `node warm-live.mjs <dir> <mark>`.
import v8 from 'node:v8';
import { warm } from './warm.mjs';
import { madeHome } from './warm-home.mjs';

/** ms from the beginning of the first picture; the reading and the framework come after it. */
const ENOUGH_MS = 300;

// V8 takes kept code only under the flags it was made with, and the view sets one later.
v8.setFlagsFromString = () => {};
Object.defineProperties(process.stdout, { isTTY: { value: true }, columns: { value: 120 }, rows: { value: 40 } });

await warm('live', async ({ run }, home) => {
  madeHome(home);
  process.env.TERM = 'xterm-256color';
  setTimeout(() => process.emit('SIGTERM', 'SIGTERM'), ENOUGH_MS);
  const code = await run(['live']);
  if (code !== 143) throw new Error(`the live view ended with ${code}`);
});
