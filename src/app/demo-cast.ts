import { ago } from './demo-sessions.ts';

/** What a session's client process says of itself at the table's moment. Times in seconds before "now". */
export interface DemoClient {
  readonly pid: number;
  /** Its terminal's place in tmux. */
  readonly pane: string;
  readonly started: number;
  /** Begun anew, or an older session taken up again. */
  readonly source: 'startup' | 'resume';
  readonly status: 'busy' | 'idle' | 'waiting';
  readonly waitingFor?: string;
  /** Since when that status holds. */
  readonly since: number;
  /** When the session was left; its process is gone then. */
  readonly left?: number;
  /** Tokens that fit into its context. */
  readonly window: number;
  /** The newest run of its statusline, and what the server had said to this client last: percent of both quotas, and when. */
  readonly ranAt: number;
  readonly quota: { readonly used: number; readonly weekly: number; readonly at: number };
}

/** The client's own names of the models. */
export const MODEL_NAMES: Readonly<Record<string, string>> = {
  'claude-opus-5-5': 'Opus 5.5',
  'claude-opus-4-5': 'Opus 4.5',
  'claude-sonnet-5-5': 'Sonnet 5.5',
  'claude-haiku-5-5': 'Haiku 5.5',
};

/** End of the 5-hour window and of the week, seconds after "now" (LV-145). */
export const RESETS = { fiveHour: -ago('15:20:00'), weekly: -ago('09:00:00', '2026-11-24') } as const;
export const ACCOUNT = 'work';

const MILLION = 1_000_000;

/** The processes of the seven sessions (LV-145): idle terminals still hold what the server said to them last, so the samples tell a pace. */
export const DEMO_CLIENTS: Readonly<Record<string, DemoClient>> = {
  'fix-login-flake': {
    pid: 20121,
    pane: 'dev:1.0',
    started: ago('10:40:22'),
    source: 'startup',
    status: 'waiting',
    waitingFor: 'permission prompt',
    since: ago('13:39:56'),
    window: MILLION,
    ranAt: ago('13:39:55'),
    quota: { used: 57, weekly: 40, at: ago('13:39:55') },
  },
  'checkout-redesign': {
    pid: 20233,
    pane: 'dev:1.1',
    started: ago('11:01:40'),
    source: 'startup',
    status: 'waiting',
    waitingFor: 'input needed',
    since: ago('13:41:29'),
    window: MILLION,
    ranAt: ago('13:41:28'),
    quota: { used: 61, weekly: 40, at: ago('13:41:28') },
  },
  'review-418': {
    pid: 20377,
    pane: 'review:0.0',
    started: ago('13:07:31'),
    source: 'startup',
    status: 'idle',
    since: ago('13:36:05'),
    window: MILLION,
    ranAt: ago('13:36:05'),
    quota: { used: 54, weekly: 40, at: ago('13:36:05') },
  },
  'migrate-orders': {
    pid: 20488,
    pane: 'dev:2.1',
    started: ago('10:22:44'),
    source: 'resume',
    status: 'busy',
    since: ago('13:36:05'),
    window: 200_000,
    ranAt: ago('13:42:09'),
    quota: { used: 62, weekly: 41, at: ago('13:41:58') },
  },
  'api-docs': {
    pid: 21042,
    pane: 'docs:0.0',
    started: ago('13:30:36'),
    source: 'startup',
    status: 'busy',
    since: ago('13:37:16'),
    window: MILLION,
    ranAt: ago('13:42:06'),
    quota: { used: 61, weekly: 40, at: ago('13:41:33') },
  },
  'nightly-triage': {
    pid: 19871,
    pane: 'ops:0.0',
    started: ago('10:19:28'),
    source: 'startup',
    status: 'idle',
    since: ago('12:53:50'),
    window: MILLION,
    ranAt: ago('12:53:50'),
    quota: { used: 49, weekly: 39, at: ago('12:53:50') },
  },
  'spike-logs': {
    pid: 20655,
    pane: 'dev:3.0',
    started: ago('12:09:27'),
    source: 'startup',
    status: 'idle',
    since: ago('12:58:05'),
    left: ago('12:58:06'),
    window: MILLION,
    ranAt: ago('12:58:05'),
    quota: { used: 52, weekly: 39, at: ago('12:58:05') },
  },
};

export const clientOf = (name: string): DemoClient => DEMO_CLIENTS[name]!;
