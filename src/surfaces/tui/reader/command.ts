import type { Action } from '../keys.ts';

/** What a line may begin with. `stands` names the keys of the picture that it does the work of (LV-103: the same commands). */
export interface Command<R> {
  readonly words: readonly string[];
  readonly usage: string;
  readonly does: string;
  readonly stands: readonly Action[];
  /** Changes something outside this view: not there with `--read-only`. */
  readonly acts?: true;
  readonly run: (reader: R, rest: string) => readonly string[];
}

/** Words parted by blanks or commas. */
export const wordsOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');
