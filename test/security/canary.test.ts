import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CANARIES, hookPayloads, SID, statusPayload, writeCanaryHome } from './canary-home.ts';
import { OwnHome } from './own-home.ts';

/* SEC-80: no text of a conversation is in anything this program writes or prints. Titles, names and paths are another class: they may be shown here (SEC-81). */

/** A word in the forms in which text travels: as it is (URL and JSON escapes leave letters alone), base64 at each of three alignments, UTF-16. */
function forms(word: string): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from(`${'x'.repeat(shift)}${word}`).toString('base64');
    // The ends depend on the neighbours.
    return Buffer.from(text.slice(shift === 0 ? 0 : 4, -4));
  });
  return [Buffer.from(word), ...base64, Buffer.from(word, 'utf16le'), Buffer.from(word, 'utf16le').swap16()];
}

const FORMS = Object.entries(CANARIES).map(([field, word]) => ({ field, forms: forms(word) }));
const heard = (bytes: Buffer): string[] => FORMS.filter((one) => one.forms.some((form) => bytes.includes(form))).map(({ field }) => field);

const COMMANDS: readonly (readonly string[])[] = [
  ...['daily', 'weekly', 'monthly', 'sessions', 'projects', 'models', 'blocks'].flatMap((report) => [
    [report],
    [report, '--json'],
    [report, '--breakdown'],
  ]),
  ['daily', '--instances', '--json'],
  ['daily', '--parity', '--json'],
  ['session', 'show', SID],
  ['session', 'show', SID, '--json'],
  ['session', 'compare', SID, '@last', '--turns'],
  ['session', 'compare', SID, '@last', '--turns', '--json'],
  ...['json', 'csv', 'md'].map((format) => ['session', 'export', SID, '--format', format]),
  ['session', 'export', SID, '--format', 'csv', '-o', 'out.csv'],
  ['session', 'show', 'no-such-session', '--debug'],
  ['query', 'tokens', '--range', 'all', '--debug'],
  ['query', 'context', '--session', SID],
  ['live', '--once'],
  ['live', '--once', '--json'],
  ['live', '--once', '--line'],
  ['live', '--once', '--screen-reader'],
  ['ledger', 'stats'],
  ['ledger', 'verify', '--json'],
  ['ledger', 'backup', 'copy.db'],
  ['ledger', 'rebuild'],
  ['ledger', 'restore', 'copy.db', '--yes'],
  ['profiles', 'list', '--json'],
  ['state', 'show', '--json'],
  ['state', 'migrate'],
  ['config', 'show', '--json'],
  ['doctor', '--json'],
  ['doctor', '--clean', '--json'],
  ['session', 'forget', SID, '--usage', '--yes'],
  ['session', 'forget', SID, '--undo'],
  ['daily', '--json'],
];

describe('SEC-80 no conversation text is written or printed', () => {
  let home: OwnHome;
  let sources: ReadonlySet<string>;
  const printed: { readonly what: string; readonly bytes: Buffer }[] = [];

  const files = (): string[] =>
    readdirSync(home.dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  const take = (what: string, { stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void => {
    printed.push({ what, bytes: Buffer.from(stdout + stderr) });
  };

  beforeAll(() => {
    home = new OwnHome();
    writeCanaryHome(home);
    sources = new Set(files());
    for (const payload of hookPayloads(home)) take(`hook ${payload.hook_event_name}`, home.run(['hook'], {}, JSON.stringify(payload)));
    take('statusline', home.run(['statusline'], {}, JSON.stringify(statusPayload(home))));
    take('hook, broken', home.run(['hook'], {}, JSON.stringify(hookPayloads(home)[1]).slice(0, -20)));
    take('statusline, broken', home.run(['statusline'], {}, JSON.stringify(statusPayload(home)).slice(0, -20)));
    for (const args of COMMANDS) take(args.join(' '), home.run(args));
  });
  afterAll(() => home.remove());

  test('the canaries are found where they were put, in every form', () => {
    const put = new Set([...sources].flatMap((file) => heard(readFileSync(file))));
    const given = new Set(heard(Buffer.from(JSON.stringify([...hookPayloads(home), statusPayload(home)]))));
    expect([...Object.keys(CANARIES)].filter((field) => !put.has(field) && !given.has(field))).toEqual([]);
    const word = CANARIES.prompt!;
    for (const form of [word, Buffer.from(`a ${word} b`).toString('base64'), encodeURIComponent(`a ${word}`)])
      expect(heard(Buffer.from(form))).toEqual(['prompt']);
    expect(heard(Buffer.from(word, 'utf16le'))).toEqual(['prompt']);
  });

  test('0 hits in what was printed', () => {
    expect(printed.flatMap(({ what, bytes }) => heard(bytes).map((field) => `${what}: ${field}`))).toEqual([]);
  });

  test('0 hits in what was written: ledger, write-ahead log, state, status and health files, exports, backups, temporary files', () => {
    const written = files().filter((file) => !sources.has(file));
    expect(written.some((file) => file.endsWith('ledger.db'))).toBe(true);
    expect(written.some((file) => file.includes(`${path.sep}events${path.sep}`))).toBe(true);
    expect(written.some((file) => file.includes(`${path.sep}statusline${path.sep}`))).toBe(true);
    expect(written.some((file) => file.endsWith('out.csv'))).toBe(true);
    expect(written.flatMap((file) => heard(readFileSync(file)).map((field) => `${path.relative(home.dir, file)}: ${field}`))).toEqual([]);
  });

  test('what the client wrote is as it was', () => {
    for (const file of sources) expect(files()).toContain(file);
  });
});
