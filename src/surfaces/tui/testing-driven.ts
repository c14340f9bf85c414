import type { Snapshot } from '../../monitor/snapshot.ts';
import { type PictureInput, picture } from './picture.ts';
import { textOf } from './spans.ts';
import { aFirstState, anInput } from './testing-picture.ts';
import { testQueries } from './testing-queries.ts';
import type { Effect } from './ui/context.ts';
import { press } from './ui/press.ts';
import { refreshed, reordered } from './ui/refresh.ts';
import type { UiState } from './ui/state.ts';

/** A view driven without a terminal: keys in, lines out. */
export class Driven {
  state: UiState;
  readonly effects: Effect[] = [];
  readonly changes: string[] = [];
  input: PictureInput;
  constructor(snapshot: Snapshot, columns = 120, rows = 40, more: Partial<PictureInput> = {}) {
    this.state = aFirstState();
    const queries = testQueries(() => this.input.present, this.changes);
    this.input = anInput(snapshot, { queries, columns, rows, ...more });
    this.settle();
  }
  settle() {
    const snapshot = this.state.frozen ?? this.input.present;
    this.state = reordered(this.state, { snapshot, now: this.input.now });
    const first = picture(this.state, this.input);
    this.state = refreshed(this.state, first.context);
    return picture(this.state, this.input);
  }
  keys(...keys: readonly string[]): this {
    for (const key of keys) {
      const { state, effects } = press(this.state, { kind: 'key', key }, this.settle().context);
      this.state = state;
      this.effects.push(...effects);
    }
    return this;
  }
  type(text: string): this {
    return this.keys(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)));
  }
  get lines(): readonly string[] {
    return this.settle().lines.map((line) => textOf(line).trimEnd());
  }
  get text(): string {
    return this.lines.join('\n');
  }
  get chosen(): string {
    return this.input.present.sessions.find(({ id }) => id === this.state.selected)?.name ?? '';
  }
}
