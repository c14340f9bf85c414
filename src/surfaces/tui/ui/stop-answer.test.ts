import { describe, expect, test } from 'vitest';
import { NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { Driven } from '../testing-driven.ts';
import { aFirstState } from '../testing-picture.ts';
import type { StopBox } from './state.ts';
import { answered } from './stop-answer.ts';

const on = () => new Driven(demoLikeSnapshot());
const said = (driven: Driven): string | undefined => driven.state.message?.text;

describe('the question before a stop, LV-120', () => {
  const box = (stage: StopBox['stage'], more: Partial<StopBox> = {}): StopBox => ({ sessionId: 's', facts: [], steps: [], stage, ...more });
  const processes = [
    { pid: 7, words: 'pid 7' },
    { pid: 8, words: 'pid 8' },
  ];
  const asked = (driven: Driven, asks: StopBox): Driven => {
    driven.state = { ...driven.state, overlay: { kind: 'confirm', box: asks } };
    return driven;
  };

  test('while signals are sent every key is taken and does nothing', () => {
    const driven = asked(on(), box('running'));
    expect(driven.keys('y', 'esc', 'q', 'enter', '1').state.overlay).toEqual({ kind: 'confirm', box: box('running') });
    expect(driven.effects).toEqual([]);
  });

  test('Ctrl-C leaves the view and refuses the kill, Ctrl-Z only suspends', () => {
    const driven = asked(on(), box('askKill')).keys('ctrl+z');
    expect([driven.effects, driven.state.overlay?.kind]).toEqual([[{ kind: 'suspend' }], 'confirm']);
    expect(driven.keys('ctrl+c').effects.slice(1)).toEqual([{ kind: 'refuseKill' }, { kind: 'quit' }]);
    expect(driven.state.overlay).toBeNull();
  });

  test('of several processes a number chooses, y and a number that is not there leave (KIL-5)', () => {
    expect(asked(on(), box('choose', { processes })).keys('2').effects).toEqual([{ kind: 'chooseStop', sessionId: 's', pid: 8 }]);
    for (const key of ['y', '3', '0', 'x']) {
      const driven = asked(on(), box('choose', { processes })).keys(key);
      expect([driven.effects, driven.state.overlay, said(driven)]).toEqual([[], null, 'nothing was stopped']);
    }
    expect(answered(aFirstState(), box('choose'), null, '1', NOW).effects).toEqual([]);
  });

  test('KILL needs its own y; anything else refuses it (KIL-3)', () => {
    expect(asked(on(), box('askKill')).keys('y').effects).toEqual([{ kind: 'agreeStop', box: box('askKill') }]);
    const driven = asked(on(), box('askKill')).keys('n');
    expect([driven.effects, said(driven)]).toEqual([[{ kind: 'refuseKill' }], 'it was not killed']);
  });

  test('a number is no choice where only yes or no is asked', () => {
    const driven = asked(on(), box('ask', { processes })).keys('1');
    expect([driven.effects, said(driven)]).toEqual([[], 'nothing was stopped']);
  });
});
