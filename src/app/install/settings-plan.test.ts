import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsFor } from './events.ts';
import { type HookSpec, ourHooks } from './hook-entries.ts';
import type { FileRecord } from './record.ts';
import { type FilePlan, type FileState, planInstall, planUninstall, sha256 } from './settings-plan.ts';
import { parseSettings, settingsValue } from './settings-text.ts';
import { lineOf } from './statusline-entry.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/settings');
const FIXTURES: readonly (readonly [string, string | null])[] = [
  ['no file', null] as const,
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, readFileSync(path.join(FOLDER, name), 'utf8')] as const),
];
const FILE = '/home/dev/.claude/settings.json';
const RUN = '/home/dev/.local/share/tidemark/bin/tidemark-run';
const spec = (version: readonly [number, number, number] | null): HookSpec => ({
  command: { command: `${RUN} hook` },
  events: eventsFor(version, 'standard'),
});
const NEWEST = spec([2, 1, 329]);
const LINES = { statusLine: { type: 'command', command: `${RUN} statusline`, refreshInterval: 10 } };
const HOOKS = { hooks: NEWEST, lines: null };
const LINE = { hooks: null, lines: LINES };

/** A disk of one file, its backup and our record. */
class Disk {
  text: string | null;
  backup: string | null = null;
  record: FileRecord | null = null;
  constructor(text: string | null) {
    this.text = text;
  }
  state(): FileState {
    return {
      path: FILE,
      text: this.text,
      record: this.record,
      baseText: this.record?.base.kind === 'backup' ? this.backup : null,
      hasDir: true,
    };
  }
  carryOut(plan: FilePlan): this {
    if (plan.needsBackup) this.backup = this.text;
    this.text = plan.after;
    this.record = plan.record;
    return this;
  }
  install(features: Parameters<typeof planInstall>[1]): this {
    return this.carryOut(planInstall(this.state(), features, 1000));
  }
  uninstall(hooks: boolean, lines: boolean): this {
    return this.carryOut(planUninstall(this.state(), { hooks, lines }));
  }
}
/** Whether the one text becomes the other by putting in alone. */
function isInsertion(before: string, after: string): boolean {
  let at = 0;
  for (const char of after) if (char === [...before.slice(at, at + 2)][0]) at += char.length;
  return at === before.length;
}
const value = (text: string | null) => settingsValue(parseSettings(text ?? '', FILE));

test('LS-43: there are at least 20 kinds of settings file', () => {
  expect(FIXTURES.length).toBeGreaterThanOrEqual(20);
});

describe.each(FIXTURES)('LS-43, LS-46: %s', (_name, text) => {
  test('install adds ours to each event once and keeps every other line', () => {
    const disk = new Disk(text).install(HOOKS);
    expect(
      ourHooks(value(disk.text))
        .map(({ event }) => event)
        .sort(),
    ).toEqual(NEWEST.events.map(({ name }) => name).sort());
    const { hooks: _, ...rest } = value(disk.text);
    const { hooks: __, ...was } = value(text);
    expect(rest).toEqual(was);
    expect(isInsertion(text ?? '', disk.text ?? '')).toBe(true);
    if (text?.includes('\r\n')) expect(disk.text!.replaceAll('\r\n', '')).not.toContain('\n');
    expect(disk.text!.startsWith('\uFEFF')).toBe(text?.startsWith('\uFEFF') ?? false);
  });

  test('twice is once', () => {
    const disk = new Disk(text).install(HOOKS);
    const once = disk.text;
    expect(disk.install(HOOKS).text).toBe(once);
    disk.record = null;
    expect(disk.install(HOOKS).text).toBe(once);
  });

  test('install and uninstall give back the same bytes, in any order of hooks and line', () => {
    expect(new Disk(text).install(HOOKS).uninstall(true, false).text).toBe(text);
    expect(new Disk(text).install(LINE).uninstall(false, true).text).toBe(text);
    expect(new Disk(text).install(HOOKS).install(LINE).uninstall(true, false).uninstall(false, true).text).toBe(text);
    expect(new Disk(text).install(LINE).install(HOOKS).uninstall(false, true).uninstall(true, false).text).toBe(text);
    expect(new Disk(text).install(HOOKS).install(LINE).uninstall(true, true).record).toBeNull();
  });

  test('a newer client changes the entries, and uninstall still gives back the same bytes', () => {
    const disk = new Disk(text).install({ hooks: spec([2, 0, 76]), lines: null }).install(HOOKS);
    expect(ourHooks(value(disk.text)).some(({ event }) => event === 'StopFailure')).toBe(true);
    expect(disk.uninstall(true, false).text).toBe(text);
  });

  test('after a foreign edit only ours goes', () => {
    const disk = new Disk(text).install(HOOKS).install(LINE);
    const edited = disk.text!.replace(/\}\s*$/, `,"theirs": { "a": [1, 2] }}`);
    disk.text = edited;
    disk.uninstall(true, true);
    const expected: Record<string, unknown> = { ...value(text), theirs: { a: [1, 2] } };
    expect(value(disk.text)).toEqual(expected);
  });

  test('without our record and backup ours goes by its launcher, and the rest says the same', () => {
    const disk = new Disk(text).install(HOOKS);
    disk.record = null;
    disk.uninstall(true, true);
    const { hooks: was, ...rest } = value(text);
    const { hooks: is, ...left } = value(disk.text);
    expect(left).toEqual(rest);
    const full = (hooks: unknown) => Object.fromEntries(Object.entries(hooks ?? {}).filter(([, list]) => (list as unknown[]).length > 0));
    expect(full(is)).toEqual(full(was));
  });
});

test('LS-46: a rewrite by the client in between leaves what it wrote', () => {
  const disk = new Disk('{\n  "model": "opus"\n}\n').install(HOOKS);
  disk.text = JSON.stringify({ ...value(disk.text), permissions: { allow: ['Read'] } }, null, 4);
  disk.uninstall(true, false);
  expect(disk.text).toBe(JSON.stringify({ model: 'opus', permissions: { allow: ['Read'] } }, null, 4));
});

test('LS-46: a foreign handler that was put beside ours stays', () => {
  const disk = new Disk('{}').install(HOOKS);
  const all = value(disk.text) as { hooks: Record<string, { hooks: unknown[] }[]> };
  all.hooks.Stop![0]!.hooks.push({ type: 'command', command: 'say done' });
  disk.text = JSON.stringify(all);
  expect(value(disk.uninstall(true, false).text)).toEqual({ hooks: { Stop: [{ hooks: [{ type: 'command', command: 'say done' }] }] } });
});

test('LS-46: a file that others filled after we made it stays; one that is empty again goes', () => {
  const disk = new Disk(null).install(HOOKS);
  disk.text = disk.text!.replace(/\}\s*$/, ',"theirs":1}');
  expect(disk.uninstall(true, false).text).toContain('"theirs":1');
  const spaced = new Disk(null).install(HOOKS);
  spaced.text += '\n\n';
  expect(spaced.uninstall(true, false).text).toBeNull();
});

test('SL-37, SL-38: a foreign status line is remembered byte for byte and comes back, also after a foreign edit', () => {
  const raw = '{"type":"command",   "command":"bash -c \'echo hi\'" }';
  const disk = new Disk(`{ "statusLine": ${raw}, "a": 1 }`).install(LINE);
  expect(lineOf(disk.text!, 'statusLine', FILE)?.value).toEqual(LINES.statusLine);
  expect(disk.record?.replaced.statusLine).toBe(raw);
  disk.text = disk.text!.replace('"a": 1', '"a": 2');
  expect(disk.uninstall(false, true).text).toBe(`{ "statusLine": ${raw}, "a": 2 }`);
});

test('SL-38: a status line that was changed by someone in between is left alone', () => {
  const disk = new Disk('{}').install(LINE);
  disk.text = '{ "statusLine": { "type": "command", "command": "other" } }';
  expect(disk.uninstall(false, true).text).toBe('{ "statusLine": { "type": "command", "command": "other" } }');
});

test('entries that were taken out by hand: the next install begins anew, and is undone to the byte', () => {
  const disk = new Disk('{ "a": 1 }').install(HOOKS);
  disk.text = '{ "b": [ ] }';
  expect(disk.install(HOOKS).uninstall(true, true).text).toBe('{ "b": [ ] }');
});

test('a changed backup is not trusted', () => {
  const disk = new Disk('{ "a": 1 }').install(HOOKS);
  disk.backup = '{ "a": 2 }';
  expect(value(disk.uninstall(true, false).text)).toEqual({ a: 1 });
});

describe('LS-43: what cannot be edited is refused with line and column, exit 78', () => {
  test.each([
    ['{\n  "a": 1,\n}', `${FILE}:3:1`],
    ['{ "a": 1 "b": 2 }', `${FILE}:1:10`],
    ['[]', `${FILE}:1:1`],
    ['\uFEFF{\n  a: 1 }', `${FILE}:2:3`],
    ['{\n "hooks": [] }', `${FILE}:2:11`],
    ['{"hooks":{\n"Stop": {} } }', `${FILE}:2:9`],
    ['{ "hooks": {},\n  "hooks": {} }', `${FILE}:2:3`],
    ['{ "a": ', `${FILE}:1:`],
  ])('%s', (text, place) => {
    expect(() => new Disk(text).install(HOOKS)).toThrow(expect.objectContaining({ exitCode: 78, message: expect.stringContaining(place) }));
  });

  test('a nesting that would exhaust the stack', () => {
    expect(() => new Disk('{"a":'.repeat(50_000)).install(HOOKS)).toThrow(expect.objectContaining({ exitCode: 78 }));
  });
});

test('the hash is that of the bytes', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
