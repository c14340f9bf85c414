import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingest } from '../ledger/ingest.ts';
import type { Ledger } from '../ledger/open.ts';
import { LedgerState, type LedgerStateOptions } from './ledger-state.ts';
import { FollowedHome } from './testing-home.ts';
import { type ResponseLine, responseLine } from './testing-lines.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
let home: FollowedHome;

beforeEach(() => {
  home = new FollowedHome(NOW).makeFolders();
});
afterEach(() => home.remove());

const write = (session: string, ...lines: Omit<ResponseLine, 'session'>[]) =>
  appendFileSync(home.fileOf(session), lines.map((line) => responseLine({ session, ...line })).join(''));
const read = (ledger: Ledger = home.ledger) => ingest(ledger, { claudeDirs: [home.claude], workers: 0, now: NOW });
const stateOf = (more: Partial<LedgerStateOptions> = {}): LedgerState =>
  new LedgerState(home.ledger, {
    ...{ mode: 'auto', aliases: {}, projects: [], excludeProjects: [], floorMs: null, lengthMs: null, zone: 'UTC' },
    ...more,
  });
/** Input tokens in the window, by account and session. */
const usedIn = ({ usage }: LedgerState) => Object.fromEntries(usage.all().map((s) => [`${s.account} ${s.sessionId}`, s.window.input]));

describe('what changes although the ledger does not', () => {
  test('AP-5: requests go with their session to the account that it turns out to have', async () => {
    write('s1', { at: NOW - 40 * MINUTE, input: 100, output: 0 }, { at: NOW - MINUTE, input: 20, output: 0 });
    await read();
    let account = 'default';
    const state = stateOf({ accountOf: () => account, accountAt: () => account });
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 120 });
    account = 'work';
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'work s1': 120 });
  });

  test('AP-5: a switch that is learned of later moves the requests since then', async () => {
    write('s1', { at: NOW - 40 * MINUTE, input: 100, output: 0 }, { at: NOW - MINUTE, input: 20, output: 0 });
    await read();
    const switched = new Set<string>();
    const accountAt = (_: string, at: number) => (switched.size > 0 && at > NOW - 20 * MINUTE ? 'work' : 'default');
    const state = stateOf({ accountOf: () => accountAt('s1', NOW), accountAt, switched: () => switched });
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 120 });
    switched.add('s1');
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 100, 'work s1': 20 });
  });
});
