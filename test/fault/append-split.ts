import { appendFileSync } from 'node:fs';
import { random, usageLine, vendorId } from './home.ts';

/**
 * A writer: `node test/fault/append-split.ts <own file> <shared file> <number> <lines>`. Appends lines to its own file in pieces cut at random bytes, and
 * whole ones, each in a single write, to a file it shares with other writers.
 */
const [own = '', shared = '', number = '0', count = '0'] = process.argv.slice(2);
const next = random(Number(number) + 1);
for (let i = 0; i < Number(count); i++) {
  const line = (id: string): string =>
    `${usageLine({ id: vendorId(id), session: `w-${number}`, output: 1 + Math.floor(next() * 1000) })}\n`;
  let rest = Buffer.from(line(`${number}x${i >> 1}`));
  while (rest.length > 0) {
    const cut = 1 + Math.floor(next() * rest.length);
    appendFileSync(own, rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  appendFileSync(shared, line(`s${i % 7}x${i}`));
}
