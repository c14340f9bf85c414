import type { LiveQueries } from '../../../monitor/details.ts';
import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import { KnownError } from '../../../platform/errors.ts';
import type { Acting, Voice } from '../acting.ts';
import type { SnapshotStore } from '../controller.ts';
import { parseFilter } from '../filter/parse.ts';
import type { PictureInput } from '../picture.ts';
import type { Listing } from '../ui/listing.ts';
import { nextOrder } from '../ui/order.ts';
import { type FirstState, firstState, type StopBox, type UiState } from '../ui/state.ts';
import { listingFor } from '../ui/state-listing.ts';
import type { Command } from './command.ts';
import { changeSentences } from './sentences.ts';

export interface ReaderSetting {
  readonly first: FirstState;
  readonly hour12: boolean;
  readonly readOnly: boolean;
  readonly maxSessions: number;
  readonly scope: string | null;
  readonly commands: readonly Command<Reader>[];
  /** Epoch ms; without it the snapshot's own time. */
  readonly now?: (() => number) | undefined;
}

/** At most one batch in this time (LV-103), s. */
export const LEAST_BATCH_SECONDS = 5;

/** What a listener has set, and what their lines answer. No input or output of its own: it is given lines and gives sentences (LV-103). */
export class Reader implements Voice {
  readonly queries: LiveQueries;
  private readonly store: SnapshotStore;
  private readonly setting: ReaderSetting;
  private readonly acting: Acting;
  private readonly say_: (sentences: readonly string[]) => void;
  private current: UiState;
  private box: StopBox | null = null;
  private said: Snapshot | null = null;
  private spokenSteps = 0;
  /** How the view is to end, once it is to. */
  ended: { readonly demo: boolean } | null = null;

  constructor(
    store: SnapshotStore,
    queries: LiveQueries,
    setting: ReaderSetting,
    acting: Acting,
    say: (sentences: readonly string[]) => void,
  ) {
    this.store = store;
    this.queries = queries;
    this.setting = setting;
    this.acting = acting;
    this.say_ = say;
    this.current = firstState(setting.first);
  }

  get state(): UiState {
    return this.current;
  }

  set(change: Partial<UiState>): void {
    this.current = { ...this.current, ...change };
  }

  get hour12(): boolean {
    return this.setting.hour12;
  }

  /** The snapshot that is spoken of: a held one, else the present. */
  get snapshot(): Snapshot {
    return this.current.frozen ?? this.store.get();
  }

  get present(): Snapshot {
    return this.store.get();
  }

  get now(): number {
    return this.current.frozen?.takenAt ?? this.setting.now?.() ?? this.store.get().takenAt;
  }

  /** Seconds between two batches at least. */
  get batchSeconds(): number {
    return Math.max(LEAST_BATCH_SECONDS, this.current.refreshSeconds);
  }

  get input(): PictureInput {
    const { hour12, readOnly, maxSessions, scope } = this.setting;
    const size = { columns: 10_000, rows: 100 };
    const { queries, now } = this;
    return {
      present: this.present,
      queries,
      ...size,
      now,
      ascii: false,
      hour12,
      emoji: false,
      readOnly,
      keys: true,
      maxSessions,
      scope,
      terminals: new Map(),
      debug: null,
    };
  }

  listing(): Listing {
    const { snapshot, now } = this;
    const { sort: key, inverted } = this.current;
    this.current = {
      ...this.current,
      order: nextOrder(this.current.order, snapshot.sessions, { key, inverted, now, refreshMs: 0, cursorMovedAt: 0 }),
    };
    return listingFor(this.current, snapshot, now, this.setting.maxSessions);
  }

  /** Sessions by name, or by the beginning of their id; the exact name wins. */
  find(name: string): readonly SessionView[] {
    const wanted = name.trim();
    const { sessions } = this.snapshot;
    const exact = sessions.filter((session) => session.name === wanted || session.id === wanted);
    if (exact.length > 0 || wanted === '') return exact;
    const lower = wanted.toLowerCase();
    return sessions.filter((session) => session.id.startsWith(lower) || session.name.toLowerCase().startsWith(lower));
  }

  filter(text: string): string | null {
    const parsed = parseFilter(text);
    if (!parsed.ok) return `The filter cannot be read at character ${parsed.fault.at + 1}: expected ${parsed.fault.expected}.`;
    this.set({ filter: { text: text.trim(), ast: parsed.ast } });
    return null;
  }

  /** What changed since the last batch; nothing while held. */
  batch(): readonly string[] {
    if (this.current.frozen !== null) return [];
    const { present } = this;
    const heard = new Set(this.listing().sessions.map(({ id }) => id));
    const gone = this.said === null ? [] : this.said.sessions.filter(({ id }) => !present.sessions.some((each) => each.id === id));
    for (const { id } of this.current.filter.ast === null && this.current.accounts.length === 0 ? gone : []) heard.add(id);
    const sentences = changeSentences(this.said, present, this.hour12, { hears: ({ id }) => heard.has(id), muted: this.current.muted });
    this.said = present;
    return sentences;
  }

  /** Answers one line. */
  answer(line: string): readonly string[] {
    const text = line.trim();
    if (this.box !== null) return this.answerBox(this.box, text.toLowerCase());
    const [word, rest] = partedLine(text);
    const found = commandFor(this.setting.commands, word, this.setting.readOnly);
    if (found === null) return ['There is no such command; help lists them.'];
    try {
      return found.run(this, rest);
    } catch (error) {
      if (error instanceof KnownError) return [`${error.message}.`];
      throw error;
    }
  }

  perform(effect: Parameters<Acting['perform']>[0]): readonly string[] {
    this.acting.perform(effect, this);
    return [];
  }

  /** `y` or `yes` goes on, a number chooses, all else leaves (KIL-2). */
  private answerBox(box: StopBox, word: string): readonly string[] {
    if (box.stage === 'running') return ['It is being stopped.'];
    this.box = null;
    const chosen = box.stage === 'choose' ? box.processes?.[Number(word) - 1] : undefined;
    if (chosen !== undefined) return this.perform({ kind: 'chooseStop', sessionId: box.sessionId, pid: chosen.pid });
    if (box.stage !== 'choose' && (word === 'y' || word === 'yes')) {
      this.box = { ...box, stage: 'running' };
      return this.perform({ kind: 'agreeStop', box });
    }
    if (box.stage === 'askKill') return [...this.perform({ kind: 'refuseKill' }), 'It was not killed.'];
    return ['Nothing was stopped.'];
  }

  // What acting tells.

  say(text: string): void {
    this.say_([`${text.charAt(0).toUpperCase()}${text.slice(1)}.`]);
  }

  showBox(box: StopBox | null): void {
    this.box = box;
    if (box === null) return;
    if (box.steps.length === 0) this.spokenSteps = 0;
    const steps = box.steps.slice(this.spokenSteps);
    this.spokenSteps = box.steps.length;
    const listed = (box.processes ?? []).map(({ words }, index) => `${index + 1}, ${words}`);
    const question =
      box.stage === 'choose'
        ? ['Type its number; anything else leaves.']
        : box.stage === 'ask'
          ? ['Type y to stop it; anything else leaves.']
          : box.stage === 'askKill'
            ? ['Type y to kill it; anything else leaves.']
            : [];
    const facts = box.steps.length === 0 && box.stage !== 'running' ? box.facts : [];
    this.say_([
      ...[...facts, ...listed, ...steps].map((text) => `${text.replaceAll(' · ', ', ')}${text.endsWith('?') ? '' : '.'}`),
      ...question,
    ]);
  }

  knowTerminal(): void {}

  redraw(): void {}
}

/** The word that a line begins with, and the rest of it: `/` needs no blank behind it. */
function partedLine(text: string): readonly [string, string] {
  if (text.startsWith('/')) return ['/', text.slice(1)];
  const at = text.search(/\s|$/);
  return [text.slice(0, at), text.slice(at).trim().replaceAll(/\s+/g, ' ')];
}

/** By its name or a beginning of it that fits one alone. */
function commandFor(commands: readonly Command<Reader>[], word: string, readOnly: boolean): Command<Reader> | null {
  const all = commands.filter((command) => !(readOnly && command.acts === true));
  const lower = word.toLowerCase();
  const exact = all.find(({ words }) => words.includes(lower));
  if (exact !== undefined) return exact;
  const begun = all.filter(({ words }) => words.some((each) => each.startsWith(lower)));
  return begun.length === 1 ? begun[0]! : null;
}
