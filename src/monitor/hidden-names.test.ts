import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentSigns } from './agent-signs.ts';
import { buildSnapshot } from './build.ts';
import type { LiveQueries } from './details.ts';
import { hiddenQueries } from './hidden-names.ts';
import { retentionGaps } from './retention.ts';
import { aLive, anEvent, anInput, aSession, NOW } from './testing.ts';

const hide = (kind: string, name: string): string => `${kind}-${name.length}`;

test('LS-27: a snapshot without names: rows, projects, warnings; sums as ever', () => {
  const events = [anEvent({ work: 200_000, project: '/canary/plan' })];
  const session = aSession('s1', events, {
    name: 'canary title',
    tags: ['canary'],
    note: 'canary',
    project: 'canary-plan',
    root: '/canary/plan',
    facts: { branch: ['canary-branch', [1, NOW, 0]], cwd: ['/canary/plan', [1, NOW, 0]] },
  });
  const input = anInput(events, {
    sessions: [session],
    live: new Map([['s1', aLive('s1', { state: 'error', title: 'canary by client', titleRank: 1, cwd: '/canary/plan' })]]),
    actions: new Map([['s1', { tool: 'Edit', target: 'canary.ts', at: NOW }]]),
    newSessions: new Map([['s1', NOW]]),
  });
  const cost = { combined: 1, project: 1, session: 1 };
  const shown = buildSnapshot({ ...input, options: { ...input.options, cost } });
  const hidden = buildSnapshot({ ...input, options: { ...input.options, cost, hide } });
  expect(JSON.stringify(shown)).toContain('canary');
  expect(JSON.stringify(hidden)).not.toContain('canary');
  expect(hidden.sessions[0]).toMatchObject({
    name: 'session-2',
    project: 'project-12',
    projectPath: 'project-12',
    branch: 'branch-13',
    cwd: null,
  });
  expect(hidden.projects).toMatchObject([{ name: 'project-12', path: 'project-12', sessions: 1, window: { all: 200_000 } }]);
  expect(hidden.warnings.map(({ rule }) => rule)).toEqual(shown.warnings.map(({ rule }) => rule));
  expect(hidden.combined).toEqual(shown.combined);
});

test('LS-27: drill-down and history without names', () => {
  const part = { id: '/canary/plan', name: 'canary-plan' };
  const queries = {
    sessionDetail: () => ({
      id: 's1',
      name: 'canary',
      title: 'canary',
      tags: ['canary'],
      note: 'canary',
      project: 'canary',
      projectPath: '/canary/plan',
      cwd: '/canary/plan',
      branch: 'canary',
      files: [{ path: '/h/.claude/projects/-canary-plan/s1.jsonl' }],
    }),
    windowDetail: () => ({ sessionParts: [{ id: 's1', name: 'canary', project: 'canary' }], projectParts: [part], modelParts: [] }),
    projects: () => [part],
  } as unknown as LiveQueries;
  const own = hiddenQueries(queries, hide, () => '/canary/plan');
  const all = [own.sessionDetail('s1'), own.windowDetail('a', 0), own.projects({ since: null, until: null })];
  expect(JSON.stringify(all)).not.toContain('canary');
  expect(own.sessionDetail('s1')).toMatchObject({ name: 'session-2', project: 'project-12', files: [{ path: 's1.jsonl' }] });
});

describe('LV-97: retention', () => {
  const DAY = 86_400_000;
  test('said when nothing was read for half of the time the client keeps its transcripts', () => {
    const dir = mkdtempSync(join(tmpdir(), 'tidemark-retention-'));
    try {
      const gaps = (days: number) => retentionGaps([dir], NOW - days * DAY, NOW).map(({ days: kept }) => kept);
      expect([gaps(14), gaps(16), retentionGaps([dir], null, NOW)]).toEqual([[], [30], []]);
      writeFileSync(join(dir, 'settings.json'), '{"cleanupPeriodDays": 10}');
      expect([gaps(4), gaps(6)]).toEqual([[], [10]]);
      writeFileSync(join(dir, 'settings.json'), '{"cleanupPeriodDays": 99999}');
      expect(gaps(1000)).toEqual([]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('a warning with the command that mends it', () => {
    const retention = [{ root: '/h/.claude', days: 30, silentMs: 20 * DAY }];
    expect(buildSnapshot(anInput([], { retention })).warnings).toMatchObject([
      { rule: 'retention', severity: 'warn', text: expect.stringMatching(/30 d.*20 d.*tidemark install service$/) },
    ]);
  });
});

test("LS-28: subagents' files tell who has finished and when each last grew", () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-agents-'));
  try {
    const file = (id: string) => join(dir, `agent-${id}.jsonl`);
    mkdirSync(dir, { recursive: true });
    for (const id of ['a', 'b']) writeFileSync(file(id), '{}');
    utimesSync(file('b'), 1000, 1000);
    writeFileSync(join(dir, 'agent-a.meta.json'), '{"agentType":"Explore","finished":true}');
    expect(agentSigns([file('a'), file('b'), file('gone'), join(dir, 'other.jsonl')])).toEqual([
      { id: 'a', finished: true, grewAt: expect.any(Number) },
      { id: 'b', finished: false, grewAt: 1_000_000 },
    ]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
