import type { LiveQueries } from '../../monitor/details.ts';
import type { Snapshot } from '../../monitor/snapshot.ts';
import type { Input } from './input/decode.ts';
import { pacer } from './pacer.ts';
import { type Picture, type PictureInput, picture } from './picture.ts';
import { countStates } from './rows/states.ts';
import type { Line } from './spans.ts';
import { withMessage } from './ui/choices.ts';
import type { Context, Effect } from './ui/context.ts';
import { press } from './ui/press.ts';
import { refreshed, reordered } from './ui/refresh.ts';
import type { StopBox, UiState } from './ui/state.ts';
import { listingFor } from './ui/state-listing.ts';

/** Where the pictures come from: `get` gives the newest snapshot, `subscribe` tells of a new one and returns its end. */
export interface SnapshotStore {
  subscribe(listener: () => void): () => void;
  get(): Snapshot;
  /** Looks at everything again (`r`). */
  lookAgain?(): void;
}

/** Pause between two frames, ms: eleven in a second at most (LV-110). With a tenth of a second a change right after a frame could not be painted within one. */
export const FRAME_PAUSE_MS = 91;

export interface ControllerOptions extends Pick<PictureInput, 'ascii' | 'hour12' | 'emoji' | 'readOnly' | 'maxSessions' | 'scope'> {
  /** Epoch ms; ages are counted to it. Without it, to the snapshot's own time. */
  readonly now?: (() => number) | undefined;
  readonly first: UiState;
  readonly debug?: (() => string) | null;
}

/** What the controller cannot do itself: it is told of every effect, and of people who newly need an answer. */
export interface Outside {
  effect(effect: Effect, controller: Controller): void;
  needsYou(count: number, rose: boolean): void;
}

/** Holds the state of the view between key presses and snapshots, and draws pictures of it: no terminal, no React, so that tests can drive it. */
export class Controller {
  private readonly store: SnapshotStore;
  private readonly queries: LiveQueries;
  private readonly options: ControllerOptions;
  private readonly outside: Outside;
  private readonly listeners = new Set<() => void>();
  private readonly terminals = new Map<string, string>();
  private readonly paced = pacer(() => this.redraw(), FRAME_PAUSE_MS);
  private readonly leave: () => void;
  private timer: NodeJS.Timeout | null = null;
  private current: UiState;
  private size = { columns: 80, rows: 24 };
  private keys = false;
  private drawn: Picture;
  private needed = 0;
  private closed = false;

  constructor(store: SnapshotStore, queries: LiveQueries, options: ControllerOptions, outside: Outside) {
    this.store = store;
    this.queries = queries;
    this.options = options;
    this.outside = outside;
    this.current = options.first;
    this.drawn = this.draw();
    this.leave = store.subscribe(this.paced.request);
    this.tick();
  }

  get state(): UiState {
    return this.current;
  }

  get picture(): Picture {
    return this.drawn;
  }

  readonly lines = (): readonly Line[] => this.drawn.lines;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  resize(columns: number, rows: number, keys: boolean): void {
    this.size = { columns, rows };
    this.keys = keys;
    this.redraw();
  }

  /** Acts within the frame: what a key changes is drawn at once (LV-71). */
  press(input: Input): void {
    if (this.closed) return;
    const { state, effects } = press(this.current, input, this.drawn.context);
    const paceChanged = state.refreshSeconds !== this.current.refreshSeconds;
    this.current = state;
    if (paceChanged) this.tick();
    this.redraw();
    for (const effect of effects) this.perform(effect);
  }

  say(text: string): void {
    this.current = withMessage(this.current, text, this.now());
    this.redraw();
  }

  showBox(box: StopBox | null): void {
    this.current = { ...this.current, overlay: box === null ? null : { kind: 'confirm', box } };
    this.redraw();
  }

  knowTerminal(id: string, place: string): void {
    this.terminals.set(id, place);
    this.redraw();
  }

  get columns(): number {
    return this.size.columns;
  }

  /** The input of the newest picture, for what is drawn outside of it. */
  get input(): PictureInput {
    const present = this.store.get();
    const { ascii, hour12, emoji, readOnly, maxSessions, scope, debug } = this.options;
    return {
      present,
      queries: this.queries,
      ...this.size,
      now: this.now(),
      ascii,
      hour12,
      emoji,
      readOnly,
      keys: this.keys,
      maxSessions,
      scope,
      terminals: this.terminals,
      debug: debug?.() ?? null,
    };
  }

  close(): void {
    this.closed = true;
    this.leave();
    this.paced.stop();
    if (this.timer !== null) clearInterval(this.timer);
    this.listeners.clear();
  }

  redraw(): void {
    if (this.closed) return;
    this.drawn = this.draw();
    const { needsYou } = countStates(this.store.get().sessions);
    if (needsYou !== this.needed) {
      const rose = needsYou > this.needed;
      this.needed = needsYou;
      this.outside.needsYou(needsYou, rose);
    }
    for (const listener of [...this.listeners]) listener();
  }

  private now(): number {
    return this.options.now?.() ?? this.store.get().takenAt;
  }

  private tick(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = setInterval(() => this.redraw(), this.current.refreshSeconds * 1000);
  }

  private draw(): Picture {
    const input = this.input;
    const snapshot = this.current.frozen ?? input.present;
    const now = this.current.frozen === null ? input.now : snapshot.takenAt;
    this.current = reordered(this.current, { snapshot, now });
    const listing = listingFor(this.current, snapshot, now, input.maxSessions);
    const context: Pick<Context, 'snapshot' | 'listing' | 'now' | 'listRows'> = {
      snapshot,
      listing,
      now: input.now,
      listRows: this.drawn?.context.listRows ?? 1,
    };
    this.current = refreshed(this.current, context);
    const made = picture(this.current, input, listing);
    // The size decides how many rows the list has, and those decide how far it must be scrolled.
    const settled = refreshed(this.current, { ...context, listRows: made.context.listRows });
    if (settled.offset === this.current.offset) return made;
    this.current = settled;
    return picture(settled, input, listing);
  }

  private perform(effect: Effect): void {
    try {
      if (effect.kind === 'rename') this.queries.rename(effect.id, effect.text);
      else if (effect.kind === 'note') this.queries.note(effect.id, effect.text);
      else if (effect.kind === 'tag') this.queries.tag(effect.id, effect.add, effect.remove);
      else {
        this.outside.effect(effect, this);
        return;
      }
      this.say(
        effect.kind === 'rename' ? (effect.text === null ? 'name removed' : 'named') : effect.kind === 'note' ? 'note kept' : 'tags kept',
      );
    } catch (error) {
      // By its name: the screen is bundled apart from the engine, with an error class of its own.
      if (!(error instanceof Error && error.name === 'KnownError')) throw error;
      this.say(error.message);
    }
  }
}
