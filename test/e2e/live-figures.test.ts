import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeLiveDemo } from '../../src/app/demo.ts';
import { canRun, closeAll, emptyHome, MAIN, open } from './live-pty.ts';

/* Every figure on screen is the one that the reports give for the same home (LV-3). */

afterAll(closeAll);

interface Sum {
  readonly totalTokens: number;
  readonly costUSD: number;
}
interface Live {
  readonly verdict: { readonly text: string };
  readonly accounts: readonly { readonly weekly: { readonly usedPercent: { readonly value: number } } | null }[];
  readonly windows: readonly { readonly usedPercent: { readonly value: number; readonly source: string }; readonly limit: unknown }[];
  readonly combined: Sum & { readonly today: Sum; readonly limit: unknown };
  readonly sessions: readonly {
    readonly name: string;
    readonly window: Sum;
    readonly sharePercent: number;
    readonly contextPercent: { readonly value: number | null };
  }[];
  readonly projects: readonly { readonly name: string; readonly window: Sum; readonly sharePercent: number; readonly sessions: number }[];
}
interface Daily {
  readonly daily: readonly { readonly totalTokens: number; readonly totalCost: number }[];
}

const full = (tokens: number) => tokens.toLocaleString('en');
/** Three digits and a unit, as a narrow column has them (D-3). */
const short = (tokens: number) =>
  tokens >= 1e6 ? `${(tokens / 1e6).toPrecision(tokens >= 1e7 ? 4 : 3)}M` : `${(tokens / 1e3).toFixed(1)}K`;
const usd = (dollars: number) => `$${dollars.toFixed(2)}`;
const part = (percent: number) => (percent < 10 ? percent.toFixed(1) : percent.toFixed(0));

/** A demo home, and the program in it. */
function demoHome() {
  const home = emptyHome();
  writeLiveDemo(home, Date.now());
  const env = { XDG_STATE_HOME: path.join(home, '.local', 'state'), TIDEMARK_DB: path.join(home, 'ledger.db') };
  const run = (...args: readonly string[]): string => {
    const kept = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      XDG_CONFIG_HOME: `${home}/c`,
      XDG_DATA_HOME: `${home}/d`,
      ...env,
    };
    const done = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env: kept });
    expect(done.stderr, args.join(' ')).toBe('');
    return done.stdout.trim();
  };
  return { home, env, run };
}

describe.skipIf(!canRun)('one number everywhere, LV-3', () => {
  test('D-34: limits of the day and of the window from the settings hold side by side, in the live view and in query', () => {
    const { run, env } = demoHome();
    rmSync(path.join(env.XDG_STATE_HOME, 'tidemark', 'statusline'), { recursive: true, force: true });
    run('config', 'set', 'limits.tokensPerDay', '80M');
    run('config', 'set', 'limits.tokensPerWindow', '60M');
    const live = JSON.parse(run('live', '--once', '--json')) as Live;
    const [window] = live.windows;
    expect([live.combined.limit, window!.limit]).toMatchObject([
      { tokens: 80e6, per: 'day' },
      { tokens: 60e6, rung: 'configured' },
    ]);
    expect(window!.usedPercent.source).toBe('configured');
    expect(Number(run('query', 'limit.tokens'))).toBe(60e6);
  });

  test('the figures of the demo home on screen, in live --json, daily --json and query', async () => {
    const { home, env, run } = demoHome();
    const screen = open(process.execPath, [MAIN, 'live', '--token-limit', '80M'], { columns: 200, rows: 60, home, env });
    // A frame may come in two pieces: its end is waited for, as a terminal does.
    await screen.until(
      (rows) =>
        screen.raw().endsWith('\u001b[?2026l') &&
        rows.some((row) => /^ Total cost +\$\d.* today/.test(row)) &&
        !rows.join('').includes('reading'),
    );
    const live = JSON.parse(run('live', '--once', '--json', '--token-limit', '80M')) as Live;
    const { daily } = JSON.parse(run('daily', '--json')) as Daily;
    const rows = screen.rows();
    const figures: [what: string, shown: string, known: string][] = [];
    const take = (what: string, row: string | undefined, pattern: RegExp, ...known: readonly string[]) => {
      const found = pattern.exec(row ?? '') ?? [];
      for (const [index, value] of known.entries()) figures.push([`${what} ${index + 1}`, found[index + 1] ?? '', value]);
    };
    const listed = (name: string, from = 0) =>
      rows.find((row, index) => index >= from && new RegExp(`^(?:> |  )?.{0,3}\\s?${name} `).test(row));
    expect(live.sessions.length).toBeGreaterThanOrEqual(7);
    for (const { name, window, sharePercent } of live.sessions)
      take(name, listed(name), / (\S+[MK])\s+(\$\S+)\s+\S+\s+(\S+)% /, short(window.totalTokens), usd(window.costUSD), part(sharePercent));
    const below = rows.findIndex((row) => row.includes('PER-PROJECT'));
    for (const { name, window, sharePercent } of live.projects)
      take(
        name,
        listed(name, below),
        / ([\d,]+) tokens\s+(\S+)%\s+(\$\S+) /,
        full(window.totalTokens),
        part(sharePercent),
        usd(window.costUSD),
      );
    const line = (start: string) => rows.find((row) => row.startsWith(` ${start} `));
    const today = daily.at(-1)!;
    take(
      'tokens',
      line('Tokens'),
      /([\d,]+) \/ 80,000,000 today .* window ([\d,]+)/,
      full(today.totalTokens),
      full(live.combined.totalTokens),
    );
    take('cost', line('Total cost'), /(\$\S+) this window · (\$\S+) today/, usd(live.combined.costUSD), usd(today.totalCost));
    take('window', line('Window 5h'), / (\d+) % official/, part(live.windows[0]!.usedPercent.value));
    take('weekly', line('Weekly'), / (\d+) % official/, part(live.accounts[0]!.weekly!.usedPercent.value));
    expect(figures.length).toBeGreaterThanOrEqual(30);
    for (const [what, shown, known] of figures) expect(`${what}: ${shown}`).toBe(`${what}: ${known}`);
    // The same once more by the one-number command.
    expect(Number(run('query', 'tokens'))).toBe(today.totalTokens);
    expect(usd(Number(run('query', 'cost')))).toBe(usd(today.totalCost));
    expect(Number(run('query', 'window.used'))).toBe(live.windows[0]!.usedPercent.value);
    expect(live.combined.today.totalTokens).toBe(today.totalTokens);
  });
});
