import { Box, Text, useApp, useInput, useStdin, useWindowSize } from 'ink';
import { memo, useEffect, useReducer, useRef, useState } from 'react';
import type { Snapshot } from '../../monitor/snapshot.ts';
import { frame, lastOffset } from './frame.ts';
import { type Action, actionOf, stepInterval } from './keys.ts';
import { pacer } from './pacer.ts';
import { paint } from './paint.ts';

/** Where the pictures come from: `get` gives the newest snapshot, `subscribe` tells of a new one and returns its end. */
export interface SnapshotStore {
  subscribe(listener: () => void): () => void;
  get(): Snapshot;
}

export interface AppOptions {
  readonly ascii: boolean;
  readonly colour: boolean;
  readonly compact: boolean;
  readonly emoji: boolean;
  /** Seconds between repaints of what only time changes. */
  readonly refreshSeconds: number;
  /** Epoch ms; ages are counted to it. Without it, to the snapshot's own time. */
  readonly now?: () => number;
}

/** Frames per second at most (LV-110). */
export const MOST_FRAMES_PER_SECOND = 10;

/** One screen row; drawn again only when its painted text changes. */
const Row = memo(({ text }: { readonly text: string }) => <Text wrap="truncate">{text === '' ? ' ' : text}</Text>);

interface ViewState {
  readonly frozen: Snapshot | null;
  readonly refreshSeconds: number;
  readonly help: boolean;
  readonly offset: number;
}

/** What an action changes; `most` is the furthest offset of the list, `page` its height. */
function afterAction(state: ViewState, action: Action, current: Snapshot, most: number, page: number): ViewState {
  const scroll = (offset: number): ViewState => ({ ...state, offset: Math.max(0, Math.min(most, offset)) });
  switch (action) {
    case 'freeze':
      return { ...state, frozen: state.frozen === null ? current : null };
    case 'faster':
    case 'slower':
      return { ...state, refreshSeconds: stepInterval(state.refreshSeconds, action) };
    case 'help':
      return { ...state, help: !state.help };
    case 'up':
      return scroll(state.offset - 1);
    case 'down':
      return scroll(state.offset + 1);
    case 'pageUp':
      return scroll(state.offset - page);
    case 'pageDown':
      return scroll(state.offset + page);
    case 'top':
      return scroll(0);
    case 'bottom':
      return scroll(most);
    case 'quit':
      return state;
  }
}

/** Asks for keys; mounted only where standard input is a terminal. */
function Keys({ onAction }: { readonly onAction: (action: Action) => void }) {
  useInput((input, key) => {
    const action = actionOf(input, key);
    if (action !== null) onAction(action);
  });
  return null;
}

/** Draws the newest snapshot: at once when it changes, and every `refreshSeconds` for the ages. */
export function App({ store, options }: { readonly store: SnapshotStore; readonly options: AppOptions }) {
  const { exit } = useApp();
  const { isRawModeSupported } = useStdin();
  const { columns, rows } = useWindowSize();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [state, setState] = useState<ViewState>({ frozen: null, refreshSeconds: options.refreshSeconds, help: false, offset: 0 });
  const current = useRef(store.get());

  useEffect(() => {
    const paced = pacer(() => redraw(), 1000 / MOST_FRAMES_PER_SECOND);
    const leave = store.subscribe(paced.request);
    return () => {
      leave();
      paced.stop();
    };
  }, [store]);
  useEffect(() => {
    const timer = setInterval(redraw, state.refreshSeconds * 1000);
    return () => clearInterval(timer);
  }, [state.refreshSeconds]);

  current.current = store.get();
  const present = current.current;
  const shown = state.frozen ?? present;
  const now = options.now?.() ?? present.takenAt;
  const size = { columns, rows, compact: options.compact };
  const lines = frame(shown, {
    ...size,
    ascii: options.ascii,
    colour: options.colour,
    emoji: options.emoji,
    refreshSeconds: state.refreshSeconds,
    now: state.frozen === null ? now : shown.takenAt,
    offset: state.offset,
    help: state.help,
    frozen: state.frozen === null ? null : { at: shown.takenAt, present: now },
    keys: isRawModeSupported,
  });
  const onAction = (action: Action) => {
    if (action === 'quit') exit();
    else setState((before) => afterAction(before, action, current.current, lastOffset(shown, size), Math.max(1, rows - 10)));
  };
  return (
    <Box flexDirection="column" width={columns} height={lines.length}>
      {isRawModeSupported ? <Keys onAction={onAction} /> : null}
      {lines.map((spans, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a screen row is its place.
        <Row key={index} text={paint(spans, options.colour)} />
      ))}
    </Box>
  );
}
