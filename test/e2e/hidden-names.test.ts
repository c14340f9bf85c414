import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/* LS-27: no report and no export tells a name once names are hidden; every figure stays as it is. */

const MAIN = process.env.TIDEMARK_MAIN ?? path.resolve('dist/main.js');
const A = 'aaaaaaaa-0000-4000-8000-00000000000a';
const B = 'bbbbbbbb-0000-4000-8000-00000000000b';
const C = 'cccccccc-0000-4000-8000-00000000000c';
let home: string;

function tidemark(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', TZ: 'UTC', ...more };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env, cwd: tmpdir() });
  return { status, stdout, stderr };
}
const hidden = (...args: string[]) => tidemark(args, { TIDEMARK_PRIVACY_NAMES: 'hide' });

function transcript(id: string, project: string, day: number, start = Date.UTC(2026, 10, day, 10)): void {
  const folder = path.join(home, '.claude/projects', `-srv-${project}`);
  mkdirSync(folder, { recursive: true });
  const common = { sessionId: id, cwd: `/srv/${project}`, gitBranch: `canary-branch-${day}`, version: '2.1.329' };
  const at = (minute: number) => new Date(start + minute * 60_000).toISOString();
  const usage = { input_tokens: day, output_tokens: 20, cache_read_input_tokens: 300 };
  const lines = [
    { ...common, type: 'user', uuid: `u-${id}`, timestamp: at(0), message: { role: 'user', content: 'go' } },
    {
      ...common,
      type: 'assistant',
      uuid: `a-${id}`,
      requestId: `r-${id}`,
      timestamp: at(1),
      message: { id: `m-${id}`, model: 'claude-opus-4-8', usage },
    },
    { type: 'custom-title', sessionId: id, customTitle: `Canary title ${day}` },
    { type: 'ai-title', sessionId: id, aiTitle: `Canary thought ${day}` },
  ];
  writeFileSync(path.join(folder, `${id}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-hidden-'));
  transcript(A, 'canaryone', 10);
  transcript(B, 'canarytwo', 11);
  for (const args of [
    ['daily', '--json'],
    ['session', 'name', B, 'Canary given'],
    ['session', 'tag', A, '+canary-tag'],
    ['session', 'note', A, 'a canary note'],
  ])
    expect(tidemark(args)).toMatchObject({ status: 0 });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const REPORTS = ['daily', 'weekly', 'monthly', 'sessions', 'projects', 'models', 'blocks'];
const COMMANDS: readonly (readonly string[])[] = [
  ...REPORTS.flatMap((name) => [[name], [name, '--json'], [name, '--parity', '--json'], [name, '--breakdown', '--wide']]),
  ['daily', '--instances'],
  ['daily', '--instances', '--json'],
  ['sessions', '--sort', 'name', '--parity=unified'],
  ['daily', '--json', '--sections', REPORTS.join(',')],
  ['sessions', '--project', 'canaryone'],
  ['sessions', '--json', '--branch', 'canary-branch-10', '--tag', 'canary-tag'],
  ['session', 'show', A],
  ['session', 'show', A, '--json'],
  ['session', 'compare', A, B],
  ['session', 'compare', A, B, '--json'],
  ['session', 'compare', A, B, '--turns'],
  ...['json', 'csv', 'md'].map((format) => ['session', 'export', A, '--format', format]),
];

describe('LS-27: privacy.names: hide', () => {
  test.each(COMMANDS.map((args) => [args.join(' '), args] as const))('%s tells no name', (_, args) => {
    const shown = tidemark(args);
    const { status, stdout, stderr } = hidden(...args);
    expect(status, stderr).toBe(0);
    expect(stdout.length).toBeGreaterThan(50);
    expect(stdout + stderr).not.toMatch(/canary/i);
    expect(hidden(...args).stdout.replaceAll(/"generatedAt":\s*"[^"]*"/g, '')).toBe(stdout.replaceAll(/"generatedAt":\s*"[^"]*"/g, ''));
    expect(shown.status).toBe(0);
  });

  test('--privacy does the same, and the head says so', () => {
    for (const args of [['sessions'], ['projects'], ['daily', '--instances'], ['session', 'show', A]]) {
      const { stdout } = tidemark([...args, '--privacy']);
      expect(stdout).toBe(hidden(...args).stdout);
      expect(stdout).toContain('names hidden');
      expect(tidemark(args).stdout).toMatch(/canary/i);
    }
  });

  test('every figure stays', () => {
    const figures = (args: readonly string[], run = tidemark) => {
      const rows: Record<string, unknown>[] = JSON.parse(run(args).stdout)[args[0]!];
      return rows.map(({ sessionId, totalTokens, totalCost, requests }) => [sessionId, totalTokens, totalCost, requests]).sort();
    };
    for (const name of ['sessions', 'projects', 'daily']) expect(figures([name, '--json', '--privacy'])).toEqual(figures([name, '--json']));
    expect(JSON.parse(hidden('sessions', '--json', '--project', 'canaryone').stdout).sessions).toMatchObject([{ sessionId: A }]);
  });

  test('one stand-in on all surfaces: reports and the live view', () => {
    transcript(C, 'canarythree', 12, Date.now() - 120_000);
    const live = JSON.parse(hidden('live', '--once', '--json').stdout);
    const report = JSON.parse(hidden('sessions', '--json').stdout).sessions;
    const listed: Record<string, { name: string; project: string }> = Object.fromEntries(
      live.sessions.map((session: { sessionId: string; name: string; project: string }) => [session.sessionId, session]),
    );
    expect(listed).toHaveProperty(C);
    for (const { sessionId, name, project } of report) {
      expect(name).toMatch(/^session-[0-9a-f]{4}$/);
      expect(project).toMatch(/^project-[0-9a-f]{4}$/);
      if (listed[sessionId] !== undefined) expect(listed[sessionId]).toMatchObject({ name, project });
    }
    const projects: string[] = JSON.parse(hidden('projects', '--json').stdout).projects.map(({ project }: { project: string }) => project);
    expect(projects.sort()).toEqual(report.map(({ project }: { project: string }) => project).sort());
  });

  test('a file of an export holds none either', () => {
    const file = path.join(home, 'out.md');
    expect(hidden('session', 'export', A, '--format', 'md', '-o', file)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).not.toMatch(/canary/i);
    expect(readFileSync(file, 'utf8')).toContain('Names are hidden.');
  });

  test('a session that is not there, and one that may be several, name none', () => {
    for (const which of ['canari title', 'session']) {
      const { status, stderr } = hidden('session', 'show', which);
      expect(status).toBe(1);
      expect(stderr).not.toMatch(/canary/i);
    }
    expect(JSON.parse(hidden('session', 'show', 'Canary given', '--json').stdout).sessionId).toBe(B);
  });
});
