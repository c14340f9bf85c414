import { statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { FollowedHome } from './testing-home.ts';
import { type ResponseLine, responseLine } from './testing-lines.ts';
import { TranscriptEnds } from './transcript-ends.ts';

let home: FollowedHome;
let path: string;
beforeEach(() => {
  home = new FollowedHome().makeFolders();
  path = home.fileOf('s1');
});
afterEach(() => home.remove());

const write = (more: Partial<ResponseLine> = {}) =>
  writeFileSync(path, responseLine({ at: systemClock.now(), input: 1, output: 1, ...more }), { flag: 'a' });
const size = () => statSync(path).size;

test('what the ledger has not read yet of a transcript is named when it has', () => {
  const ends = new TranscriptEnds(true);
  write();
  // A line in another file has told of the session; its own was found, but is not read yet.
  ends.follow([{ sessionId: 's1', path }], () => 0);
  expect(ends.grown(path, 0, size()).requests).toHaveLength(1);
  ends.follow([{ sessionId: 's1', path }], size);
  expect(ends.ofSession('s1')?.last?.kind).toBe('end-turn');
});

test('LV-52: the newest action of each followed session is at hand, of no other', () => {
  const ends = new TranscriptEnds(true);
  write({ tool: 'Bash', command: 'npm test' });
  ends.follow([{ sessionId: 's1', path }], size);
  expect([...ends.actions].map(([id, { tool }]) => [id, tool])).toEqual([['s1', 'Bash']]);
  const before = size();
  write({ tool: 'Read' });
  ends.grown(path, before, size());
  expect(ends.actions.get('s1')?.tool).toBe('Read');
  ends.follow([], size);
  expect(ends.actions.size).toBe(0);
});

test('LV-113: the ends of files that nobody follows any more are forgotten, those of the followed stay as they are', () => {
  const ends = new TranscriptEnds(true);
  write({ tool: 'Bash', command: 'npm test' });
  ends.follow([{ sessionId: 's1', path }], size);
  const tail = ends.ofSession('s1');
  for (let i = 0; i < 1100; i++) ends.grown(`${path}-agent-${i}`, 0, 1);
  expect(ends.size).toBe(1101);
  ends.follow([{ sessionId: 's1', path }], size);
  expect([ends.size, ends.ofSession('s1') === tail, ends.actions.get('s1')?.tool]).toEqual([1, true, 'Bash']);
});
