import { describe, expect, test } from 'vitest';
import { eventsFor } from '../install/events.ts';
import { hooksObject } from '../install/hook-entries.ts';
import type { FileRecord } from '../install/record.ts';
import type { SettingsLevel } from '../install/settings-levels.ts';
import { isSupported } from './checks/own.ts';
import type { DoctorFacts, LiveFact } from './facts.ts';
import { diagnose } from './report.ts';

const NOW = Date.UTC(2026, 10, 21, 16);
const DIR = '/home/dev/.claude';
const RUN = '/home/dev/.local/share/tidemark/bin/tidemark-run';
const HOOKS = { command: { command: `${RUN} hook` }, events: eventsFor([2, 1, 329], 'standard') };
const user = (value: Readonly<Record<string, unknown>>): SettingsLevel => ({
  level: 'user',
  path: `${DIR}/settings.json`,
  value,
  text: '',
  problem: null,
});
const INSTALLED = user({ hooks: hooksObject(HOOKS), statusLine: { type: 'command', command: `${RUN} statusline` } });
const RECORD: FileRecord = {
  hooks: HOOKS,
  lines: { statusLine: {} },
  base: { kind: 'absent' },
  afterSha256: '',
  emptyBefore: [],
  replaced: {},
  madeFile: true,
  madeDir: false,
  installedAt: NOW - 3_600_000,
};

/** A machine on which all is installed and well. */
const WELL: DoctorFacts = {
  now: NOW,
  home: '/home/dev',
  claudeDirs: [
    {
      path: DIR,
      exists: true,
      hasProjects: true,
      levels: [INSTALLED],
      status: { path: `${DIR}/status`, kind: 'writable', foreign: [] },
      stateProblem: null,
      stateTwin: null,
    },
  ],
  clients: [{ path: '/usr/bin/claude', version: [2, 1, 329] }],
  launcher: {
    path: RUN,
    exists: true,
    isExecutable: true,
    target: { path: RUN, node: '/n', entry: '/e' },
    hasNode: true,
    hasEntry: true,
    runs: true,
  },
  record: { v: 1, files: { [`${DIR}/settings.json`]: RECORD }, plugin: null, service: null },
  service: null,
  config: { path: '/c', problems: [], isCompiled: true },
  chain: { command: null, mode: 'collect' },
  ledger: { path: '/l', kind: 'fine', reason: null, isWritable: true, models: [], lastRecord: null, unreadable: [], rejected: [] },
  live: [],
  leftovers: [],
  newest: [],
  lastCapture: null,
  sources: [],
  load: { average: 0.5, processors: 2 },
  summaryAt: null,
  locks: [],
  disks: [],
  lax: [],
  oldVariables: [],
  nodeVersion: '24.21.0',
  platform: 'linux',
};
const [DIR_FACTS] = WELL.claudeDirs;
const SESSION: LiveFact = {
  id: 'a',
  title: 'api',
  configDir: DIR,
  alive: true,
  startedAt: NOW - 600_000,
  isInteractive: true,
  hasEvents: true,
  eventAt: NOW - 1000,
  grewAt: NOW - 1000,
  hasCapture: true,
  disagreements: [],
};
const said = (more: Partial<DoctorFacts>, level: 'fail' | 'warn' = 'fail') =>
  diagnose({ ...WELL, ...more }).filter((finding) => finding.level === level);
const dir = (more: Partial<(typeof WELL.claudeDirs)[number]>) => ({ claudeDirs: [{ ...DIR_FACTS!, ...more }] });

test('a machine on which all is well has neither fault nor warning', () => {
  expect(diagnose(WELL).filter(({ level }) => level !== 'ok')).toEqual([]);
});

describe('LS-47, SL-41, BG-5: one fault each, named with its remedy', () => {
  const faults: readonly (readonly [string, Partial<DoctorFacts>, RegExp, RegExp])[] = [
    [
      'a live session without an event that began before the install',
      { live: [{ ...SESSION, hasEvents: false, startedAt: NOW - 7_200_000 }] },
      /api: no event/,
      /start it again/,
    ],
    ['a live session without an event: folder not trusted', { live: [{ ...SESSION, hasEvents: false }] }, /api: no event/, /trust/],
    ['a live session whose status line never ran', { live: [{ ...SESSION, hasCapture: false }] }, /status line has not run/, /trust/],
    [
      'LS-8: sources that contradict each other',
      { live: [{ ...SESSION, disagreements: ['registry idle, transcript working'] }] },
      /registry idle, transcript working/,
      /look at/,
    ],
    [
      'a status folder that cannot be written',
      dir({ status: { path: '/s', kind: 'not-writable', foreign: [] } }),
      /cannot be written/,
      /chmod/,
    ],
    [
      'a status line of the project',
      dir({
        levels: [
          INSTALLED,
          { ...user({ statusLine: { type: 'command', command: 'x' } }), level: 'project', path: '/w/.claude/settings.json' },
        ],
      }),
      /\/w\/\.claude\/settings\.json has a status line/,
      /take it out/,
    ],
    [
      'a status line that is no longer ours',
      dir({ levels: [user({ hooks: hooksObject(HOOKS) })] }),
      /no longer Tidemark/,
      /install statusline/,
    ],
    [
      'managed hooks only',
      dir({ levels: [INSTALLED, { ...user({ allowManagedHooksOnly: true }), level: 'managed', path: '/etc/m.json' }] }),
      /allowManagedHooksOnly in \/etc\/m\.json/,
      /administrator/,
    ],
    [
      'a transcript that cannot be read',
      { ledger: { ...WELL.ledger, unreadable: [{ path: '/p', code: 'EACCES' }] } },
      /\/p cannot be read \(EACCES\)/,
      /right to read/,
    ],
    ['a ledger that cannot be written', { ledger: { ...WELL.ledger, isWritable: false } }, /cannot be written/, /TIDEMARK_DB/],
    [
      'a ledger that cannot be read',
      { ledger: { ...WELL.ledger, kind: 'unreadable', reason: 'unable to open' } },
      /cannot be read/,
      /TIDEMARK_DB/,
    ],
    [
      'a lock of a dead process',
      { locks: [{ path: '/lock', pid: 7, alive: false, silentMs: 0 }] },
      /process 7, which is gone/,
      /takes it over/,
    ],
    ['a lock of a silent process', { locks: [{ path: '/lock', pid: 7, alive: true, silentMs: 90_000 }] }, /says nothing/, /end process 7/],
    ['a full disk', { disks: [{ path: '/d', freeBytes: 1024 }] }, /only 0 MiB/, /make room/],
    [
      'an old compile for the hot paths (ST-17)',
      { config: { ...WELL.config, isCompiled: false } },
      /older configuration/,
      /config validate/,
    ],
    ['a service that does not run', { service: { path: '/u', hasUnit: true, isRunning: false } }, /does not run/, /install service/],
    ['a service whose unit is gone', { service: { path: '/u', hasUnit: false, isRunning: null } }, /\/u is gone/, /install service/],
    ['a launcher that fails', { launcher: { ...WELL.launcher, runs: false } }, /fails when it is run/, /install hooks/],
    [
      'evidence from the future',
      { newest: [{ what: 'the last hook event', at: NOW + 61_000 }] },
      /the last hook event is dated 2026-11-21T16:01:01/,
      /clock/,
    ],
    [
      'hooks that stopped arriving',
      { live: [{ ...SESSION, eventAt: NOW - 3_600_000 }] },
      /api: its events have stopped: the last came 59 m before/,
      /install hooks/,
    ],
    [
      'a stale summary of a monitor that hangs',
      {
        summaryAt: NOW - 1_200_000,
        ledger: { ...WELL.ledger, lastRecord: NOW - 60_000 },
        locks: [{ path: '/s/locks/writer', pid: 7, alive: true, silentMs: 5000 }],
      },
      /process 7\) has written nothing for 20 m/,
      /end process 7/,
    ],
    ['an unsupported Node', { nodeVersion: '20.1.0' }, /Node 20\.1\.0/, /Node 24/],
  ];
  test.each(faults)('%s', (_title, facts, message, remedy) => {
    expect(said(facts)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) }),
    ]);
  });
});

test('what is no fault: a session just begun, one of an unknown life, a project that switches a switch back, a clock some seconds off', () => {
  expect(said({ live: [{ ...SESSION, hasEvents: false, startedAt: NOW - 1000 }] })).toEqual([]);
  expect(said({ live: [{ ...SESSION, hasEvents: false, alive: null }] })).toEqual([]);
  const off = user({ ...INSTALLED.value, disableAllHooks: true });
  expect(said(dir({ levels: [off] }))).toHaveLength(1);
  expect(said(dir({ levels: [off, { ...user({ disableAllHooks: false }), level: 'project', path: '/w' }] }))).toEqual([]);
  expect(said({ newest: [{ what: 'x', at: NOW + 59_000 }] })).toEqual([]);
});

test('SL-41: npx in a chained command is a warning', () => {
  expect(said({ chain: { command: 'npx -y line', mode: 'collect' } }, 'warn')).toHaveLength(1);
  expect(said({ chain: { command: 'npx -y line', mode: 'off' } }, 'warn')).toEqual([]);
});

test('UR-4: lines that could not be read are named with their files; that is a warning', () => {
  const rejected = [...'abcdefg'].map((name, i) => ({ path: `/p/${name}.jsonl`, lines: 9 - i }));
  const [finding] = said({ ledger: { ...WELL.ledger, rejected } }, 'warn');
  expect(finding?.message).toBe(
    '42 lines could not be read: 9 in /p/a.jsonl, 8 in /p/b.jsonl, 7 in /p/c.jsonl, 6 in /p/d.jsonl, 5 in /p/e.jsonl, and 2 files more',
  );
});

test('LS-44: a client that does not answer is a warning, not a judgement', () => {
  expect(said({ clients: [{ path: '/usr/bin/claude', version: null }] })).toEqual([]);
  expect(said({ clients: [{ path: '/usr/bin/claude', version: null }] }, 'warn')).toHaveLength(1);
  expect(said({ clients: [] }, 'warn')).toEqual([]);
});

test('BG-5: each source with last success, last error and age; an error behind the last success is a warning with a remedy', () => {
  const at = NOW - 120_000;
  const sources = [
    { name: 'hooks', at, error: { at: NOW - 7_200_000, what: 'hook failed (ENOSPC)' } },
    { name: 'status line', at, error: { at: NOW - 60_000, what: 'statusline failed (git Error)' } },
    { name: 'git', at: null, error: null },
  ];
  const found = diagnose({ ...WELL, sources }).filter(({ check }) => check === 'sources');
  expect(found.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'ok hooks: last success 2026-11-21T15:58:00.000Z (2 m ago), last error 2026-11-21T14:00:00.000Z (2 h ago): hook failed (ENOSPC)',
    'warn status line: last success 2026-11-21T15:58:00.000Z (2 m ago), last error 2026-11-21T15:59:00.000Z (1 m ago): statusline failed (git Error)',
    'ok git: last success never, no error is known',
  ]);
  expect(found[1]?.remedy).toContain('tidemark.log');
});

test('BG-5: no fault: events of the light set, an idle monitor, evidence of the future, a summary that nobody looks at', () => {
  const light = user({ hooks: hooksObject({ ...HOOKS, events: eventsFor([2, 1, 329], 'light') }) });
  const stopped = { live: [{ ...SESSION, eventAt: NOW - 3_600_000 }] };
  const lightRecord = { ...WELL.record, files: {} };
  expect(said({ ...dir({ levels: [light] }), record: lightRecord, ...stopped })).toEqual([]);
  const locks = [{ path: '/s/locks/writer', pid: 7, alive: true, silentMs: 5000 }];
  const summaryAt = NOW - 7_200_000;
  const ledger = (lastRecord: number) => ({ ...WELL.ledger, lastRecord });
  expect(said({ locks, summaryAt, ledger: ledger(summaryAt) })).toEqual([]);
  expect(said({ locks, summaryAt, ledger: ledger(NOW + 1000) })).toEqual([]);
  expect(said({ summaryAt, ledger: ledger(NOW) })).toEqual([]);
  expect(said({ summaryAt }, 'warn')).toEqual([]);
  expect(said({ summaryAt, live: [SESSION] }, 'warn')).toEqual([
    expect.objectContaining({ check: 'summary', message: expect.stringContaining('2 h old'), remedy: expect.stringContaining('service') }),
  ]);
});

test('GRD-5: an installed guard is whole and doubles nothing; one that was taken out is a fault', () => {
  const guarded = { ...HOOKS, guard: { command: `${RUN} budget guard` } };
  const record = { ...WELL.record, files: { [`${DIR}/settings.json`]: { ...RECORD, hooks: guarded } } };
  expect(said({ ...dir({ levels: [user({ hooks: hooksObject(guarded) })] }), record })).toEqual([
    expect.objectContaining({ check: 'statusline' }),
  ]);
  expect(said({ record })).toEqual([
    expect.objectContaining({ message: expect.stringContaining('guard is not whole'), remedy: expect.stringContaining('--guard') }),
  ]);
});

test('BG-4: what waits under load is said, and is no fault', () => {
  expect(said({ load: { average: 4, processors: 2 } }, 'warn')).toEqual([]);
  const load = { average: 4.1, processors: 2 };
  expect(said({ load })).toEqual([]);
  expect(said({ load }, 'warn')).toEqual([
    expect.objectContaining({
      check: 'load',
      message: expect.stringContaining('load 4.1 on 2 processors: the branches'),
      remedy: expect.any(String),
    }),
  ]);
});

test('ST-2: the twin of the runtime state is a warning', () => {
  expect(said(dir({ stateTwin: '/h/runtime-state.json' }), 'warn')).toHaveLength(1);
});

test('nothing installed is no fault', () => {
  const facts = {
    ...dir({ levels: [user({})] }),
    record: { v: 1 as const, files: {}, plugin: null, service: null },
    launcher: { ...WELL.launcher, exists: false },
  };
  expect(said(facts)).toEqual([]);
  expect(said(facts, 'warn').map(({ check }) => check)).toEqual(['hooks', 'statusline']);
});

test.each([
  ['22.22.2', false],
  ['22.22.3', true],
  ['23.9.0', false],
  ['24.14.9', false],
  ['v24.15.0', true],
  ['25.1.0', false],
  ['26.0.0', true],
])('Node %s: %s', (version, supported) => {
  expect(isSupported(version)).toBe(supported);
});
