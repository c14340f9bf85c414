import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { STATUSLINE_DEFAULTS } from '../../src/config/statusline-defaults.ts';
import { buildCapture, type Capture, mergeQuota } from '../../src/sessions/captures.ts';
import { demoFacts } from '../../src/surfaces/statusline/demo-facts.ts';
import type { Facts } from '../../src/surfaces/statusline/facts.ts';
import { type Input, parseInput } from '../../src/surfaces/statusline/input.ts';
import { layoutOf } from '../../src/surfaces/statusline/layouts.ts';
import { renderLine } from '../../src/surfaces/statusline/line.ts';
import { displayWidth } from '../../src/text/width.ts';

/* What real clients sent, drawn by the pure part. Skipped by name where the captures are not at hand. */

const CAPTURED = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures', 'captured');
const present = existsSync(path.join(CAPTURED, 'statusline'));
/** Shortly before the windows of the captured subscriber reset. */
const NOW = Date.parse('2026-11-20T19:50:00Z');

function factsOf(input: Input, previous: Capture | null, now: number): Facts {
  const { settings } = demoFacts();
  const { quota } = mergeQuota(input.quota, input.cost.apiMs, previous, now);
  const dir = input.cwd ?? '?';
  return {
    now,
    home: '/home/dev',
    dir,
    input,
    quota,
    summary: null,
    others: null,
    own: null,
    branch: null,
    isConfigStale: false,
    envProfile: null,
    settings,
  };
}

function draw(
  input: Input,
  previous: Capture | null,
  now: number,
  width = 116,
  layout: 'compact' | 'classic' | 'minimal' = 'compact',
): string {
  const look = { layout: layoutOf({ ...STATUSLINE_DEFAULTS, layout }), theme: 'terminal', glyphs: 'arrows', depth: 0, width } as const;
  const { text, faults } = renderLine(factsOf(input, previous, now), look);
  expect(faults).toEqual([]);
  return text;
}

const read = (file: string): Input => parseInput(readFileSync(path.join(CAPTURED, 'statusline', file), 'utf8'))!;

describe.skipIf(!present)('SL-1 captured payloads (needs the captured fixtures)', () => {
  test.each([
    ['1.0.128.json', '~/work/p4 · Opus 4.1 · $0.24'],
    ['2.0.76.json', '~/work/p4 · Sonnet 4.5 · ctx — · $0.08'],
    ['2.1.329/fresh-session.json', '~/work/wt · Opus 5.5 · ctx —'],
    ['2.1.329/api-key-after-turn.json', '~/work/proj1 · Opus 5.5 · ctx 2% · $0.06'],
    ['2.1.329/added-dirs.json', '~/work/p5/sub · Opus 5.5 · ctx 2% · $0.10'],
    ['2.1.329/worktree.json', '~/work/proj3/.claude/worktrees/wt1 · Sonnet 5.5 · ctx 2% · $0.02'],
    ['2.1.329/subscriber-with-rate_limits.json', '~/work/p4 · Sonnet 5.5 · ctx — · 5h 42% 1h53m · 7d 13%'],
    ['2.1.329/subscriber-limit-reached.json', '~/work/p4 · Sonnet 5.5 · ctx — · 5h full, 1h53m · 7d 13%'],
  ])('%s', (file, expected) => expect(draw(read(file), null, NOW)).toBe(expected));

  test('every captured payload, in every layout and width: never empty, never too wide', () => {
    const files = readdirSync(path.join(CAPTURED, 'statusline'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.json'),
    );
    expect(files.length).toBeGreaterThanOrEqual(8);
    for (const file of files) {
      for (const layout of ['compact', 'classic', 'minimal'] as const) {
        for (const width of [10, 36, 56, 76, 116, 196]) {
          for (const line of draw(read(file), null, NOW, width, layout).split('\n')) {
            expect(line.trim()).not.toBe('');
            expect(displayWidth(line)).toBeLessThanOrEqual(width);
          }
        }
      }
    }
  });

  test('SL-25 the captured sequences leave the newest figures of each session, and no quota of one in another (ST-13)', () => {
    for (const file of readdirSync(path.join(CAPTURED, 'statusline-streams'))) {
      const captures = new Map<string, Capture>();
      const given = new Map<string, Input>();
      const lines = readFileSync(path.join(CAPTURED, 'statusline-streams', file), 'utf8')
        .trim()
        .split('\n');
      for (const [index, line] of lines.entries()) {
        const { t, stdin } = JSON.parse(line) as { readonly t: string | null; readonly stdin: unknown };
        const now = t === null ? NOW + index * 1000 : Date.parse(t);
        const input = parseInput(typeof stdin === 'string' ? stdin : JSON.stringify(stdin));
        expect(input).not.toBeNull();
        const id = input!.sessionId!;
        const previous = captures.get(id) ?? null;
        const text = draw(input!, previous, now);
        expect(text).not.toBe('');
        const facts = {
          ...input!,
          sessionId: id,
          configDir: '/home/dev/.claude',
          identity: { configDir: '/home/dev/.claude', kind: 'unknown' },
        };
        captures.set(id, buildCapture(facts, mergeQuota(input!.quota, input!.cost.apiMs, previous, now), previous, now, text));
        given.set(id, input!);
      }
      for (const [id, capture] of captures) {
        expect(capture.cost.usd).toBe(given.get(id)?.cost.usd);
        expect(capture.model?.name).toBe(given.get(id)?.model?.name);
        expect(capture.rejected).toBe(0);
      }
    }
  });
});
