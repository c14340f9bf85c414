import type { ProcessView, SessionView } from '../../monitor/snapshot.ts';
import type { checkProcess, EndResult, EndStep, endProcess, ProcessTarget, Signal } from '../../platform/end-process.ts';
import type { Env } from '../../platform/env.ts';
import { recordStop } from '../../sessions/record-stop.ts';
import type { StopSignal } from '../../sessions/stop-note.ts';
import { plain } from '../../text/plain.ts';
import type { Controller } from './controller.ts';
import { jumpTo, paneOf, type Run, takesClipboard, ttyOf } from './jump.ts';
import { clipboardText } from './screen/modes.ts';
import { chooseBoxOf, stopBoxOf, stoppedWords } from './stop-box.ts';
import type { Effect } from './ui/context.ts';
import type { StopBox, UiState } from './ui/state.ts';

/** Where what is done is told: the picture, or sentences. */
export type Voice = Pick<Controller, 'say' | 'showBox' | 'knowTerminal' | 'input' | 'state' | 'redraw'>;

export interface ActingTools {
  readonly env: Env;
  readonly run: Run;
  readonly emit: (sequence: string) => void;
  readonly check: typeof checkProcess;
  readonly end: typeof endProcess;
  /** Keeps who asked and what was sent (KIL-6); replaceable in tests. */
  readonly record?: typeof recordStop;
  readonly quit: (demo: boolean) => void;
  readonly repaint: () => void;
  readonly suspend: () => void;
  readonly remember: (state: UiState) => void;
}

const STEP_WORDS = { SIGINT: 'INT sent, waiting up to 5 s', SIGTERM: 'TERM sent, waiting up to 5 s', SIGKILL: 'KILL sent' } as const;

const SENT: Readonly<Record<Signal, StopSignal>> = { SIGINT: 'INT', SIGTERM: 'TERM', SIGKILL: 'KILL' };

/** A process that a person was asked about. */
interface Target {
  readonly sessionId: string;
  readonly process: ProcessTarget;
  /** No other process of the session is known. */
  readonly isOnly: boolean;
}

/** Does outside the view what keys ask for: copy, jump, stop (LV-120 … LV-122). */
export class Acting {
  private readonly tools: ActingTools;
  private killAnswer: ((may: boolean) => void) | null = null;
  private target: Target | null = null;
  private closed = false;

  constructor(tools: ActingTools) {
    this.tools = tools;
  }

  close(): void {
    this.closed = true;
    this.answerKill(false);
  }

  perform(effect: Effect, from: Voice): void {
    const { tools } = this;
    switch (effect.kind) {
      case 'quit':
      case 'demo':
        tools.quit(effect.kind === 'demo');
        break;
      case 'suspend':
        tools.suspend();
        break;
      case 'repaint':
        tools.repaint();
        from.redraw();
        break;
      case 'remember':
        tools.remember(from.state);
        break;
      case 'copy':
        this.copy(effect.text, effect.what, from);
        break;
      case 'jump':
        void this.jump(effect.session, from);
        break;
      case 'askStop':
        this.askStop(effect.session, from);
        break;
      case 'chooseStop': {
        const session = from.input.present.sessions.find(({ id }) => id === effect.sessionId);
        const chosen = session?.processes.find(({ pid }) => pid === effect.pid);
        from.showBox(null);
        if (session === undefined || chosen === undefined) from.say('that process is no longer there');
        else this.askAbout(session, chosen, from);
        break;
      }
      case 'agreeStop':
        if (effect.box.stage === 'askKill') this.answerKill(true);
        else void this.stop(effect.box, from);
        break;
      case 'refuseKill':
        this.answerKill(false);
        break;
    }
  }

  private copy(text: string, what: string, from: Voice): void {
    const safe = plain(text, 300);
    if (!takesClipboard(this.tools.env)) {
      from.say(`${what}: ${safe}`);
      return;
    }
    this.tools.emit(clipboardText(safe));
    from.say(`copied ${what}`);
  }

  private async jump(session: SessionView, from: Voice): Promise<void> {
    const process = session.processes[0];
    if (process === undefined) {
      from.say('no running process of it is known');
      return;
    }
    const result = await jumpTo(this.tools.run, this.tools.env, process.pid);
    if (this.closed) return;
    from.say(plain(result.jumped ? `jumped to ${result.where}` : result.words, 300));
    await this.findTerminal(session, from);
  }

  /** Learns where a session's terminal is, for its details. */
  async findTerminal(session: SessionView, from: Voice): Promise<void> {
    const process = session.processes[0];
    const tty = process === undefined ? null : await ttyOf(this.tools.run, process.pid);
    const pane = tty === null ? null : await paneOf(this.tools.run, tty);
    if (pane !== null && !this.closed) from.knowTerminal(session.id, `tmux ${plain(pane.place, 60)}`);
  }

  /** The question, or why there is none (KIL-1, KIL-2, KIL-5). */
  private askStop(session: SessionView, from: Voice): void {
    const [process, ...others] = session.processes;
    if (process === undefined) {
      from.say('no running process of it is known');
      return;
    }
    if (others.length > 0) from.showBox(chooseBoxOf(from.input, session));
    else this.askAbout(session, process, from);
  }

  private askAbout(session: SessionView, process: ProcessView, from: Voice): void {
    const target: ProcessTarget = { pid: process.pid, procStart: process.procStart, startedAt: process.startedAt };
    const check = this.tools.check(target);
    if (!check.ok) {
      from.say(`not stopped: ${check.reason}`);
      return;
    }
    this.target = { sessionId: session.id, process: target, isOnly: session.processes.length === 1 };
    from.showBox(stopBoxOf(from.input, session, process, check.proven));
  }

  private async stop(asked: StopBox, from: Voice): Promise<void> {
    const { target } = this;
    if (target === null || target.sessionId !== asked.sessionId) return;
    let box: StopBox = { ...asked, stage: 'running' };
    const onStep = (step: EndStep) => {
      box =
        'asks' in step
          ? { ...box, stage: 'askKill', steps: [...box.steps, 'it still runs'] }
          : { ...box, stage: 'running', steps: [...box.steps, STEP_WORDS[step.signal]] };
      if (!this.closed) from.showBox(box);
    };
    const mayKill = () =>
      new Promise<boolean>((resolve) => {
        this.killAnswer = resolve;
      });
    const result = await this.tools.end(target.process, { onStep, mayKill });
    this.target = null;
    // Also when the view is left meanwhile: what was sent was sent.
    const isKept = this.keep(target, result);
    if (this.closed) return;
    from.showBox(null);
    from.say(stoppedWords(asked.sessionId, result, isKept));
  }

  /** The history of a stop (KIL-6); where nothing was sent there is none. False when it could not be written. */
  private keep({ sessionId, process, isOnly }: Target, { ended, sent }: EndResult): boolean {
    if (sent.length === 0) return true;
    const { env, record = recordStop } = this.tools;
    return record(env, sessionId, { by: 'tui', sent: sent.map((signal) => SENT[signal]), pid: process.pid, ended: ended && isOnly });
  }

  private answerKill(may: boolean): void {
    this.killAnswer?.(may);
    this.killAnswer = null;
  }
}
