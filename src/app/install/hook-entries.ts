import type { InstalledEvent } from './events.ts';
import { isOurCommand, type LauncherCommand } from './launcher.ts';
import { appendElement, appendProperty, removeChild } from './settings-edit.ts';
import { faultAt, getNodeValue, type Node, parseSettings, propertyOf, sameJson, settingsValue } from './settings-text.ts';

/** What is installed: the same handler on each event, and the guard's where it is wanted. */
export interface HookSpec {
  readonly command: LauncherCommand;
  readonly events: readonly InstalledEvent[];
  /** `budget guard` (GRD-5); absent = not installed. */
  readonly guard?: LauncherCommand;
}

/** Seconds the client waits for us; a run takes a tenth of one. */
const TIMEOUT_S = 10;

export const handlerOf = ({ command, args }: LauncherCommand, event: InstalledEvent): Readonly<Record<string, unknown>> => ({
  type: 'command',
  command,
  ...(args === undefined ? {} : { args }),
  timeout: TIMEOUT_S,
  ...(event.async ? { async: true } : {}),
});

/** Where the guard is asked: before a request, and before each tool. Every client that runs hooks knows both names. */
const GUARDED = ['UserPromptSubmit', 'PreToolUse'] as const;
/** Seconds (GRD-5). */
const GUARD_TIMEOUT_S = 5;

/** The client waits for the guard's answer: never async (GRD-5). */
const guardHandler = ({ command, args }: LauncherCommand): FoundHook['handler'] => ({
  type: 'command',
  command,
  ...(args === undefined ? {} : { args }),
  timeout: GUARD_TIMEOUT_S,
});

/** Whether one of our handlers is the guard's. */
export function isGuard({ command, args }: FoundHook['handler']): boolean {
  return Array.isArray(args) ? args.at(-1) === 'guard' : typeof command === 'string' && command.endsWith(' budget guard');
}

/** Of each kind one handler may stand on an event. */
const keyOf = ({ event, handler }: FoundHook): string => `${event} ${isGuard(handler) ? 'guard' : 'hook'}`;

/** Every handler that belongs into a file. */
const wantedHooks = ({ command, events, guard }: HookSpec): readonly FoundHook[] => [
  ...events.map((event) => ({ event: event.name, handler: handlerOf(command, event) })),
  ...(guard === undefined ? [] : GUARDED.map((event) => ({ event, handler: guardHandler(guard) }))),
];

/** The `hooks` object of a settings or plugin file with nothing but ours. */
export function hooksObject(spec: HookSpec): Readonly<Record<string, unknown>> {
  const wanted = wantedHooks(spec);
  const groups = (name: string) => wanted.filter(({ event }) => event === name).map(({ handler }) => ({ hooks: [handler] }));
  return Object.fromEntries(wanted.map(({ event }) => [event, groups(event)]));
}

/** One of our handlers in a settings file. */
export interface FoundHook {
  readonly event: string;
  readonly handler: Readonly<Record<string, unknown>>;
}

/** Our handlers in settings that were read as plain data; anything of another shape is passed over. */
export function ourHooks(settings: Readonly<Record<string, unknown>>): readonly FoundHook[] {
  return entries(settings.hooks).flatMap(([event, groups]) =>
    elements(groups).flatMap((group) =>
      elements((group as { hooks?: unknown } | null)?.hooks)
        .filter(isOurCommand)
        .map((handler) => ({ event, handler: handler as FoundHook['handler'] })),
    ),
  );
}

const entries = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
const elements = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text with our handlers once on each of their events and on no other; entries that are already right stay where they are (twice = once). */
export function withHooks(text: string, spec: HookSpec, file: string): string {
  const wanted = new Map(wantedHooks(spec).map((hook) => [keyOf(hook), hook]));
  const present = ourHooks(settingsValue(parseSettings(text, file)));
  const isRight = (hook: FoundHook): boolean =>
    sameJson(hook.handler, wanted.get(keyOf(hook))?.handler) && present.filter((other) => keyOf(other) === keyOf(hook)).length === 1;
  const right = new Set(present.filter(isRight).map(keyOf));
  const filled = new Set([...wanted.values()].map(({ event }) => `hooks.${event}`)).add('hooks');
  let now = right.size === present.length ? text : withoutHooks(text, file, filled, right);
  for (const [key, hook] of wanted) if (!right.has(key)) now = withEntry(now, spec, hook, file);
  return now;
}

function withEntry(text: string, spec: HookSpec, hook: FoundHook, file: string): string {
  const { event, handler } = hook;
  const entry = { hooks: [handler] };
  const settings = parseSettings(text.trim() === '' || text === '\uFEFF' ? `${text}{}${/\r\n/.test(text) ? '\r\n' : '\n'}` : text, file);
  const { bom, body } = settings;
  const root = settings.root!;
  const hooks = propertyOf(settings, root, 'hooks', file);
  // All at once, so that a new section is one piece of text.
  if (hooks === null) return bom + appendProperty(body, root, 'hooks', hooksObject(spec));
  if (hooks.type !== 'object') throw faultAt(body, hooks.offset, file, '"hooks" is no object');
  const groups = propertyOf(settings, hooks, event, file);
  if (groups === null) return bom + appendProperty(body, hooks, event, [entry]);
  if (groups.type !== 'array') throw faultAt(body, groups.offset, file, `"hooks.${event}" is no list`);
  const has = ourHooks({ hooks: { [event]: getNodeValue(groups) } }).some((other) => keyOf(other) === keyOf(hook));
  return has ? text : bom + appendElement(body, groups, entry);
}

/**
 * The text without our handlers (but those of `except`), and without the lists and objects that are empty then, unless they were empty
 * before us: those are in `keep` as `hooks` or `hooks.<event>` (LS-46).
 */
export function withoutHooks(text: string, file: string, keep: ReadonlySet<string>, except: ReadonlySet<string> = new Set()): string {
  let now = text;
  for (;;) {
    const { bom, body, root } = parseSettings(now, file);
    const hooks = root === null ? null : childNamed(root, 'hooks');
    if (root === null || hooks?.type !== 'object') return now;
    const next = withoutOne(body, hooks, except);
    if (next === null) return now;
    now = bom + pruned(next.body, next.path, file, keep);
  }
}

function withoutOne(body: string, hooks: Node, except: ReadonlySet<string>): { body: string; path: readonly (string | number)[] } | null {
  for (const property of hooks.children ?? []) {
    const [name, groups] = property.children ?? [];
    if (groups?.type !== 'array') continue;
    const isGone = (handler: unknown): boolean =>
      isOurCommand(handler) && !except.has(keyOf({ event: name?.value as string, handler: handler as FoundHook['handler'] }));
    for (const [g, group] of (groups.children ?? []).entries()) {
      const handlers = group.type === 'object' ? childNamed(group, 'hooks') : null;
      const index = handlers?.type === 'array' ? handlers.children!.findIndex((node) => isGone(getNodeValue(node))) : -1;
      if (index >= 0) return { body: removeChild(body, handlers!, index), path: [name!.value as string, g] };
    }
  }
  return null;
}

/** Takes away what our handler's removal left empty, from the inside out. */
function pruned(body: string, [event, group]: readonly (string | number)[], file: string, keep: ReadonlySet<string>): string {
  const parts = (text: string) => {
    const root = parseSettings(text, file).root!;
    const hooks = childNamed(root, 'hooks')!;
    return { root, hooks, groups: childNamed(hooks, event as string)! };
  };
  let now = body;
  const entry = parts(now).groups.children![group as number]!;
  const handlers = childNamed(entry, 'hooks')!;
  if (handlers.children!.length > 0 || entry.children!.length > 1) return now;
  now = removeChild(now, parts(now).groups, group as number);
  if (parts(now).groups.children!.length > 0 || keep.has(`hooks.${event}`)) return now;
  const { hooks } = parts(now);
  now = removeChild(now, hooks, indexOf(hooks, event as string));
  const { root, hooks: left } = { root: parseSettings(now, file).root!, hooks: childNamed(parseSettings(now, file).root!, 'hooks')! };
  if (left.children!.length > 0 || keep.has('hooks')) return now;
  return removeChild(now, root, indexOf(root, 'hooks'));
}

const indexOf = (object: Node, key: string): number => object.children!.findLastIndex((property) => property.children?.[0]?.value === key);
/** A client reads the last of two properties of one name. */
const childNamed = (object: Node, key: string): Node | null => object.children?.[indexOf(object, key)]?.children?.[1] ?? null;

/** Which of the containers we may fill are there and empty, in the form of {@link withoutHooks}' `keep`. */
export function emptyContainers(settings: Readonly<Record<string, unknown>>): readonly string[] {
  const { hooks } = settings;
  if (typeof hooks !== 'object' || hooks === null) return [];
  const events = entries(hooks);
  return events.length === 0
    ? ['hooks']
    : events.filter(([, list]) => Array.isArray(list) && list.length === 0).map(([event]) => `hooks.${event}`);
}
