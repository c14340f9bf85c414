/** What a person did at the terminal: a key by its name, text pasted at once, or the mouse. Columns and rows from 0. */
export type Input =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'mouse'; readonly what: 'press' | 'wheelUp' | 'wheelDown'; readonly column: number; readonly row: number };

const ESCAPE = '\u001b';
const PASTE_START = '[200~';
const PASTE_END = '\u001b[201~';
/** A sequence longer than this is none: what follows is read as new. */
const LONGEST_SEQUENCE = 64;
/** Pasted text beyond this is dropped: no input of ours is that long. */
const LONGEST_PASTE = 65_536;

const FINAL_KEYS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  P: 'f1',
  Z: 'shift+tab',
};
const TILDE_KEYS: Readonly<Record<string, string>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
};
const CONTROL_KEYS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
};
/** Code points of the kitty protocol (CSI u) that are no text. */
const KITTY_KEYS: Readonly<Record<number, string>> = { 9: 'tab', 13: 'enter', 27: 'esc', 127: 'backspace', 57364: 'f1' };
const SHIFT = 1;
const CTRL = 4;
/** Alt, super, hyper, meta: no key of ours has them. Caps and num lock (64, 128) change nothing. */
const OTHER_MODIFIERS = 2 | 8 | 16 | 32;

/**
 * Turns bytes of a terminal (as text) into keys: CSI, SS3 and kitty forms of the same key give the same name, unknown sequences give nothing (LV-72).
 * Chunks may break anywhere; what may still grow stays in `pending` until more comes or `flush` says that nothing will.
 */
export class InputDecoder {
  private pending = '';
  private paste: string | null = null;

  push(chunk: string): readonly Input[] {
    this.pending += chunk;
    return this.read(false);
  }

  /** A lone Esc, or the beginning of a sequence that never came. */
  flush(): readonly Input[] {
    return this.read(true);
  }

  get waits(): boolean {
    return this.pending !== '';
  }

  private read(last: boolean): readonly Input[] {
    const found: Input[] = [];
    while (this.pending !== '') {
      const before = this.pending;
      if (this.paste !== null) this.readPaste(found);
      else if (before[0] === ESCAPE) this.readEscape(found, last);
      else this.readPlain(found);
      if (this.pending === before) break;
    }
    return found;
  }

  private readPaste(found: Input[]): void {
    const end = this.pending.indexOf(PASTE_END);
    // The end mark itself may be cut by the chunk: its possible beginning is kept.
    const take = end === -1 ? Math.max(0, this.pending.length - PASTE_END.length + 1) : end;
    this.paste = (this.paste + this.pending.slice(0, take)).slice(0, LONGEST_PASTE);
    this.pending = this.pending.slice(end === -1 ? take : take + PASTE_END.length);
    if (end === -1) return;
    found.push({ kind: 'paste', text: this.paste });
    this.paste = null;
  }

  private readPlain(found: Input[]): void {
    const letter = String.fromCodePoint(this.pending.codePointAt(0)!);
    this.pending = this.pending.slice(letter.length);
    const key = plainKey(letter);
    if (key !== null) found.push({ kind: 'key', key });
  }

  private readEscape(found: Input[], last: boolean): void {
    const second = this.pending[1];
    if (second === undefined) {
      if (!last) return;
      this.pending = '';
      found.push({ kind: 'key', key: 'esc' });
    } else if (second === '[') this.readCsi(found, last);
    else if (second === 'O') this.readSs3(found, last);
    else if (second === ESCAPE) {
      this.pending = this.pending.slice(1);
      found.push({ kind: 'key', key: 'esc' });
    } else this.pending = this.pending.slice(1 + String.fromCodePoint(this.pending.codePointAt(1)!).length);
  }

  private readCsi(found: Input[], last: boolean): void {
    if (this.pending.startsWith(PASTE_START, 1)) {
      this.pending = this.pending.slice(1 + PASTE_START.length);
      this.paste = '';
      return;
    }
    // X10 mouse reports carry three raw bytes that would else be read as keys.
    if (this.pending[2] === 'M') {
      if (this.pending.length >= 6 || last) this.pending = this.pending.slice(6);
      return;
    }
    // The Linux console sends its function keys as CSI [ A and so on.
    const end = /^\u001b\[(?:\[([A-Za-z])|([0-9:;<=>?]*)[ -/]*([@-Z\\-~]))/.exec(this.pending);
    if (end !== null) {
      this.pending = this.pending.slice(end[0].length);
      const input = end[1] === undefined ? csiInput(end[2]!, end[3]!) : end[1] === 'A' ? ({ kind: 'key', key: 'f1' } as const) : null;
      if (input !== null) found.push(input);
      return;
    }
    const begun = /^\u001b\[\[?[0-9:;<=>?]*[ -/]*/.exec(this.pending)![0];
    // What can still become a sequence waits; what cannot, or never did, is swallowed.
    if (last || begun.length < this.pending.length || begun.length > LONGEST_SEQUENCE) this.pending = this.pending.slice(begun.length);
  }

  private readSs3(found: Input[], last: boolean): void {
    const end = /^\u001bO([0-9;]*)([@-~])/.exec(this.pending);
    if (end !== null) {
      this.pending = this.pending.slice(end[0].length);
      const key = end[2] === 'M' ? 'enter' : FINAL_KEYS[end[2]!];
      if (key !== undefined && end[1] === '') found.push({ kind: 'key', key });
      return;
    }
    const begun = /^\u001bO[0-9;]*/.exec(this.pending)![0];
    if (last || begun.length < this.pending.length || begun.length > LONGEST_SEQUENCE) this.pending = this.pending.slice(begun.length);
  }
}

function plainKey(letter: string): string | null {
  const named = CONTROL_KEYS[letter];
  if (named !== undefined) return named;
  const code = letter.codePointAt(0)!;
  if (code < 32) return code === 0 ? null : `ctrl+${String.fromCharCode(code + 96)}`;
  // C1 controls, lone surrogates: no keyboard sends them.
  if ((code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000)) return null;
  return letter === ' ' ? 'space' : letter;
}

function csiInput(parameters: string, final: string): Input | null {
  if (parameters.startsWith('<') && (final === 'M' || final === 'm')) return mouseInput(parameters.slice(1), final);
  const [first = '', second = ''] = parameters.split(';');
  const modifiers = modifiersOf(second);
  if (modifiers === null) return null;
  if (final === 'u') return kittyInput(first, modifiers);
  const key = final === '~' ? TILDE_KEYS[first] : first === '' || first === '1' ? FINAL_KEYS[final] : undefined;
  return key === undefined || (modifiers !== 0 && key !== 'shift+tab') ? null : { kind: 'key', key };
}

/** The bits of a modifier parameter; null for a key release or one that no key of ours has. */
function modifiersOf(parameter: string): number | null {
  const [mask = '', event = '1'] = parameter.split(':');
  const bits = mask === '' ? 0 : (Number(mask) - 1) & 63;
  return event === '3' || !Number.isFinite(bits) || (bits & OTHER_MODIFIERS) !== 0 ? null : bits;
}

/** A character: no control, and nothing beyond Unicode, which cannot be made a string. */
const isCodePoint = (code: number | undefined): code is number => Number.isInteger(code) && code! >= 32 && code! <= 0x10ffff;

function kittyInput(first: string, modifiers: number): Input | null {
  const [code = Number.NaN, shifted] = first.split(':').map(Number);
  const named = KITTY_KEYS[code];
  if (named !== undefined) return { kind: 'key', key: named === 'tab' && modifiers === SHIFT ? 'shift+tab' : named };
  if (!isCodePoint(code) || (code >= 57344 && code <= 63743)) return null;
  const letter = String.fromCodePoint(code);
  if (modifiers === CTRL) return { kind: 'key', key: `ctrl+${letter.toLowerCase()}` };
  if (modifiers === SHIFT)
    return { kind: 'key', key: (isCodePoint(shifted) ? plainKey(String.fromCodePoint(shifted)) : null) ?? letter.toUpperCase() };
  const key = modifiers === 0 ? plainKey(letter) : null;
  return key === null ? null : { kind: 'key', key };
}

/** SGR mouse reports: `button;column;row`, both from 1. */
function mouseInput(parameters: string, final: string): Input | null {
  const [button = -1, column = 0, row = 0] = parameters.split(';').map(Number);
  const what = final === 'm' ? undefined : ({ 0: 'press', 64: 'wheelUp', 65: 'wheelDown' } as const)[button];
  return what === undefined || !(column >= 1 && row >= 1) ? null : { kind: 'mouse', what, column: column - 1, row: row - 1 };
}
