import { statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bookOf } from '../accounts/book.ts';
import { systemClock } from '../platform/clock.ts';
import { LiveSources } from './live-sources.ts';
import { FollowedHome } from './testing-home.ts';
import { responseLine } from './testing-lines.ts';

let home: FollowedHome;
beforeEach(() => {
  home = new FollowedHome().makeFolders();
});
afterEach(() => home.remove());

test('what the ledger has not read yet of a transcript is named when it has', () => {
  const sources = new LiveSources({
    claudeDirs: [home.claude],
    stateDir: null,
    clock: systemClock,
    actions: 'target',
    watch: {},
    accounts: bookOf([home.claude]),
    agentFiles: () => [],
    onChange: () => {},
  });
  try {
    const path = home.fileOf('s1');
    writeFileSync(path, responseLine({ at: systemClock.now(), input: 1, output: 1 }));
    // A line in another file has told of the session; its own was found, but is not read yet.
    sources.follow([{ sessionId: 's1', path }], () => 0);
    expect(sources.grown(path, 0, statSync(path).size).requests).toHaveLength(1);
    sources.follow([{ sessionId: 's1', path }], () => statSync(path).size);
    expect(sources.tailOfSession('s1')?.last?.kind).toBe('end-turn');
  } finally {
    sources.close();
  }
});
