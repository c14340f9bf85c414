import { createHash } from 'node:crypto';
import { emptyContainers, ourHooks, withHooks, withoutHooks } from './hook-entries.ts';
import { isOurCommand } from './launcher.ts';
import type { Base, Features, FileRecord, LineSpec } from './record.ts';
import { parseSettings, sameJson, settingsValue } from './settings-text.ts';
import { type LineKey, lineOf, withLine, withoutLine } from './statusline-entry.ts';

/*
 * What becomes of a settings file, as a pure function of its text and of what we did to it before. While nobody else has changed the file,
 * it is made anew from the text before us, so that undoing is exact to the byte; after a foreign change only our own pieces are edited.
 */

export interface FileState {
  readonly path: string;
  /** Null = no such file. */
  readonly text: string | null;
  readonly record: FileRecord | null;
  /** Text of the record's backup; null when there is none, or it is not what it was. */
  readonly baseText: string | null;
  readonly hasDir: boolean;
}

export interface FilePlan {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  /** What to remember; null = nothing of ours is left. Its base is a `backup` without path when one has to be made. */
  readonly record: FileRecord | null;
  /** The bytes before us must be put aside first. */
  readonly needsBackup: boolean;
}

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const LINES: readonly LineKey[] = ['statusLine', 'subagentStatusLine'];

/** Whether the file is exactly what we wrote, and what it was before is known. */
export function isExact({ text, record, baseText }: FileState): boolean {
  if (record === null || text === null || sha256(text) !== record.afterSha256) return false;
  return record.base.kind === 'absent' || (record.base.kind === 'backup' && baseText !== null && sha256(baseText) === record.base.sha256);
}

/** Adds or renews what `wanted` names (null = leave as it is). */
export function planInstall(state: FileState, wanted: Features, now: number): FilePlan {
  const { path, text } = state;
  const before = text ?? '';
  const has = hasOurs(before, path);
  // A record of entries that are not there (a person took them out, a disk refused) says nothing of this file.
  const record = has ? state.record : null;
  const exact = has && isExact(state);
  const features: Features = { hooks: wanted.hooks ?? record?.hooks ?? null, lines: merged(record?.lines ?? null, wanted.lines) };
  const source = exact ? (state.baseText ?? '') : before;
  const fresh = !has;
  const after = exact || fresh ? applied(source, features, path) : applied(before, wanted, path);
  checkForeign(before, after, path);
  const base: Base = exact ? record!.base : fresh ? baseOf(text) : { kind: 'unknown' };
  return {
    path,
    before: text,
    after: after === '' ? text : after,
    needsBackup: text !== null && !exact && after !== before,
    record: {
      ...features,
      base,
      afterSha256: sha256(after),
      emptyBefore: record?.emptyBefore ?? emptyContainers(settingsValue(parseSettings(before, path))),
      replaced: replacedLines(before, features.lines, record, path),
      madeFile: record?.madeFile ?? text === null,
      madeDir: record?.madeDir ?? !state.hasDir,
      installedAt: record?.installedAt ?? now,
    },
  };
}

/** Takes hooks or lines out again; exact where it can be, else only our pieces (LS-46, SL-38). */
export function planUninstall(state: FileState, what: { readonly hooks: boolean; readonly lines: boolean }): FilePlan {
  const { path, text, record } = state;
  if (text === null) return { path, before: null, after: null, record: null, needsBackup: false };
  const left: Features = { hooks: what.hooks ? null : (record?.hooks ?? null), lines: what.lines ? null : (record?.lines ?? null) };
  const isLast = left.hooks === null && left.lines === null;
  if (isExact(state)) {
    const after = isLast ? state.baseText : applied(state.baseText ?? '', left, path);
    return {
      path,
      before: text,
      after,
      needsBackup: false,
      record: isLast ? null : { ...record!, ...left, afterSha256: sha256(after ?? '') },
    };
  }
  let after = what.hooks ? withoutHooks(text, path, new Set(record?.emptyBefore ?? [])) : text;
  if (what.lines) for (const key of LINES) after = withoutLine(after, key, record?.replaced[key] ?? null, path);
  checkForeign(text, after, path);
  const emptied = record?.madeFile === true && isLast && sameJson(settingsValue(parseSettings(after, path)), {});
  const next: FileRecord | null =
    record === null || isLast ? null : { ...record, ...left, base: { kind: 'unknown' }, afterSha256: sha256(after) };
  return { path, before: text, after: emptied ? null : after, record: next, needsBackup: after !== text };
}

const baseOf = (text: string | null): Base => (text === null ? { kind: 'absent' } : { kind: 'backup', path: '', sha256: sha256(text) });

function merged(old: LineSpec | null, wanted: LineSpec | null): LineSpec | null {
  return old === null && wanted === null ? null : { ...old, ...wanted };
}

function applied(text: string, { hooks, lines }: Features, file: string): string {
  let now = hooks === null ? text : withHooks(text, hooks, file);
  for (const key of LINES) {
    const value = lines?.[key];
    if (value !== undefined) now = withLine(now, key, value, file);
  }
  return now;
}

/** The foreign texts that ours stand in place of: those found now, else those remembered. */
function replacedLines(before: string, lines: LineSpec | null, record: FileRecord | null, file: string): FileRecord['replaced'] {
  const found = LINES.flatMap((key) => {
    if (lines?.[key] === undefined) return [];
    const line = lineOf(before, key, file);
    return line === null || line.isOurs ? [] : [[key, line.raw] as const];
  });
  return { ...record?.replaced, ...Object.fromEntries(found) };
}

function hasOurs(text: string, file: string): boolean {
  const settings = settingsValue(parseSettings(text, file));
  return ourHooks(settings).length > 0 || LINES.some((key) => isOurCommand(settings[key]));
}

/** A last look before anything is written: what is not ours says the same as before. A difference is a defect, not the person's fault. */
function checkForeign(before: string, after: string, file: string): void {
  const [was, is] = [before, after].map((text) => withoutOurs(settingsValue(parseSettings(text, file))));
  const lineless = (settings: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => !(LINES as readonly string[]).includes(key)));
  if (!sameJson(lineless(was!), lineless(is!))) throw new Error('an edit of the settings would have changed what is not ours');
}

/** Settings without our handlers and without what is empty, for comparing. */
function withoutOurs(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((each) => !isOurCommand(each)).map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
  };
  const { hooks, ...rest } = settings;
  const kept = Object.entries((clean(hooks) ?? {}) as Record<string, unknown>).flatMap(([event, groups]) => {
    if (!Array.isArray(groups)) return [[event, groups]];
    const full = groups.filter((group) => !sameJson(group, { hooks: [] }));
    return full.length === 0 ? [] : [[event, full]];
  });
  const lines = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => !((LINES as readonly string[]).includes(key) && isOurCommand(value))),
  );
  return kept.length === 0 ? lines : { ...lines, hooks: Object.fromEntries(kept) };
}
