import type { ProcessTable } from '../platform/processes.ts';

/** Where made-up pids mean anything: never this machine, so that no real process is ever taken for one of the demo. */
const DEMO_DOMAIN = 'linux:00000000000000000000000000000000:pid:[0]';

/** The processes of the demo. Only what it started itself is alive. */
export class DemoProcesses implements ProcessTable {
  readonly domain = DEMO_DOMAIN;
  readonly #panes = new Map<number, string>();

  /** `pane` is the made-up place of its terminal in tmux. */
  start(pid: number, pane: string): void {
    this.#panes.set(pid, pane);
  }

  end(pid: number): void {
    this.#panes.delete(pid);
  }

  /** More ticks than any machine has run for: the start mark of no real process (KIL-1). */
  procStart(pid: number): string {
    return `90000000000${pid}`;
  }

  isAlive({ pid, procStart }: Parameters<ProcessTable['isAlive']>[0]): boolean {
    return this.#panes.has(pid) && (procStart === null || procStart === this.procStart(pid));
  }

  /** Stands in for `ps` and `tmux`, asked where a session's terminal is (LV-121). Nothing is started, and nothing can be jumped to. */
  readonly run = async (file: string, args: readonly string[]): Promise<string | null> => {
    if (file === 'ps') {
      const pid = Number(args.at(-1));
      return this.#panes.has(pid) ? `pts/${pid}\n` : null;
    }
    if (file !== 'tmux' || args[0] !== 'list-panes') return null;
    return [...this.#panes].map(([pid, pane]) => `/dev/pts/${pid}\t%${pid}\t$0\t@${pid}\t${pane}\n`).join('');
  };
}
