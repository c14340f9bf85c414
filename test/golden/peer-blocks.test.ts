import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { copyHome, type Json, materialise, readJson, runTidemark } from './homes.ts';
import { absent, CASES, discardKept, keep, ready, SLOW } from './peer-home.ts';

/** UR-17, UR-32: peer case 08 in windows of our own (D-21, D-23) and with `--parity` (D-24); the peer's whole reports of case 10. */
const BLOCKS = path.join(CASES, '08-session-blocks');
afterAll(discardKept);

const SCENES: readonly string[] = ready ? Object.keys(readJson(path.join(BLOCKS, 'measured-v20.0.24.json'))) : [];

/** The scene's length of a window in hours, when it is not five. */
function lengthOf(scene: string): readonly string[] {
  const hours = /with-(\d)h-length/.exec(scene)?.[1];
  return hours ? ['--session-duration', hours] : [];
}

async function blocksOf(scene: string, ...args: readonly string[]): Promise<Json[]> {
  const home = keep(copyHome(path.join(BLOCKS, scene, 'claude')));
  return (await runTidemark(home, ['blocks', '--json', '--timezone', 'UTC', ...lengthOf(scene), ...args])).blocks;
}

describe.skipIf(!ready)(`blocks of the peer's cases${absent}`, () => {
  it.concurrent.each(SCENES)('08 %s: our windows', { timeout: SLOW }, async (scene) => {
    const right = readJson(path.join(BLOCKS, 'tidemark.json')).windows[scene];
    const got = (await blocksOf(scene)).map((b) => (b.isGap ? ['gap', b.startTime, b.endTime] : [b.startTime, b.endTime, b.requests]));
    expect(got).toEqual(right);
  });

  it.concurrent.each(SCENES)('08 %s: the peer’s blocks with --parity', { timeout: SLOW }, async (scene) => {
    const right = readJson(path.join(BLOCKS, 'measured-v20.0.24.json'))[scene];
    const got = (await blocksOf(scene, '--parity')).map((b) => ({
      ...{ id: b.id, start: b.startTime, end: b.endTime, actualEnd: b.actualEndTime, isGap: b.isGap },
      ...{ entries: b.entries, totalTokens: b.totalTokens, costUSD: b.costUSD },
    }));
    expect(got).toEqual(right);
  });

  it('08 burn rate of an open block with --parity: first to last request', { timeout: SLOW }, async () => {
    const [first, second] = readJson(path.join(BLOCKS, 'expected.json')).burnRate;
    for (const { entries, costUSD, expected } of [first, second]) {
      const home = keep(materialise({ 'projects/p/s.jsonl': entries.map((e: Json, i: number) => recent(e, i, costUSD / entries.length)) }));
      const { blocks } = await runTidemark(home, ['blocks', '--json', '--active', '--parity']);
      expect(blocks[0].burnRate).toEqual(expected);
    }
  });

  it.concurrent.each(['daily', 'weekly', 'monthly', 'session', 'blocks'])(
    '10 %s with --parity equals the peer’s report (UR-32)',
    { timeout: SLOW },
    async (report) => {
      const measured = readJson(path.join(CASES, '10-repo-fixture/measured.json'));
      const right = measured[`v20.0.24 claude ${report}`] ?? measured[`v20.0.24 ${report}`];
      if (!right) throw new Error(`no measured report "${report}" among ${Object.keys(measured).join(', ')}`);
      const home = keep(copyHome(path.join(CASES, '10-repo-fixture/claude')));
      const command = report === 'session' ? 'sessions' : report;
      const { schemaVersion: _ours, ...got } = await runTidemark(home, [command, '--json', '--parity', '--timezone', 'UTC']);
      expect(got).toEqual(right);
    },
  );
});

/** An entry of the burn-rate cases, one minute apart and ending a minute ago, so that its block is open. */
function recent(entry: Json, index: number, costUSD: number): string {
  const usage = { input_tokens: entry.input, output_tokens: entry.output, ...writes(entry) };
  const timestamp = new Date(Math.floor(Date.now() / 1000) * 1000 - (2 - index) * 60_000).toISOString();
  return JSON.stringify({
    timestamp,
    sessionId: 's',
    requestId: `r${index}`,
    costUSD,
    message: { id: `msg_01burnrate00000000${index}`, model: 'claude-sonnet-4-6', usage },
  });
}

function writes({ cacheCreation = 0, cacheRead = 0 }: Json): Json {
  return { cache_creation_input_tokens: cacheCreation, cache_read_input_tokens: cacheRead };
}
