import type { Action } from '../keys.ts';
import { only, withMessage } from './choices.ts';
import type { Pressed } from './context.ts';
import type { StopBox, UiState } from './state.ts';

/** `y` goes on; any other key leaves, and no key alone ends anything (KIL-2). */
export function answered(state: UiState, box: StopBox, action: Action | null, key: string, now: number): Pressed {
  if (action === 'quit') return { state: { ...state, overlay: null }, effects: [{ kind: 'refuseKill' }, { kind: 'quit' }] };
  if (action === 'suspend') return { state, effects: [{ kind: 'suspend' }] };
  if (box.stage === 'running') return only(state);
  const process = box.stage === 'choose' && /^[1-9]$/.test(key) ? box.processes?.[Number(key) - 1] : undefined;
  if (process !== undefined) return { state, effects: [{ kind: 'chooseStop', sessionId: box.sessionId, pid: process.pid }] };
  if (action === 'agree' && box.stage !== 'choose')
    return { state: { ...state, overlay: { kind: 'confirm', box: { ...box, stage: 'running' } } }, effects: [{ kind: 'agreeStop', box }] };
  const left = withMessage({ ...state, overlay: null }, box.stage === 'askKill' ? 'it was not killed' : 'nothing was stopped', now);
  return { state: left, effects: box.stage === 'askKill' ? [{ kind: 'refuseKill' }] : [] };
}
