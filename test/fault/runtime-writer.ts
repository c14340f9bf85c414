/* A process that changes the runtime state: `sessions` adds numbered ones, `spin` writes for ever, `locks` races for dead locks. Starts at a line on stdin. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adopt } from '../../src/accounts/adopt.ts';
import type { RuntimeState } from '../../src/accounts/contracts.ts';
import { updateState } from '../../src/accounts/state-store.ts';
import { readSession } from '../../src/accounts/tolerant.ts';
import { tryLock } from '../../src/platform/locks.ts';

const [mode, dir = '', stateDir = '', name = '', count = '50', format = 'json'] = process.argv.slice(2);
const options = () => ({ dir, stateDir, now: Date.now(), format: format as 'json' | 'yaml' });
const add =
  (id: string) =>
  (state: RuntimeState): RuntimeState => ({
    ...state,
    sessions: [...state.sessions, readSession({ sessionId: id, projectPath: `/p/${id}` })!],
  });

process.stdout.write('ready\n');
await once(process.stdin, 'data');
if (mode === 'sessions') {
  for (let n = 0; n < Number(count); n++) await updateState(options(), add(`${name}-${n}`));
} else if (mode === 'files') {
  // As the monitor does it: each session's own file first, then now and then the aggregate from all of them.
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (let n = 0; n < Number(count); n++) {
    const id = `${name}-${n}`;
    writeFileSync(join(dir, `${id}.json`), JSON.stringify({ sessionId: id, projectPath: `/p/${id}`, health: { status: 'healthy' } }));
    if (n % 25 === 24) await updateState(options(), (state) => adopt(state, dir, new Set(), Date.now()).state);
  }
} else if (mode === 'spin' || mode === 'steady') {
  for (let n = 0; ; n++) {
    if (mode === 'steady') await new Promise((resolve) => setTimeout(resolve, 40));
    await updateState(options(), (state) => ({
      ...state,
      sessions: state.sessions.map((session) => ({ ...session, git: { ...session.git, ahead: n } })),
    }));
  }
} else {
  const won: number[] = [];
  for (let n = 0; n < Number(count); n++) if (tryLock(join(dir, `lock-${n}`)) !== null) won.push(n);
  process.stdout.write(`${JSON.stringify(won)}\n`);
  // A lock dies with its process, so all stay until everyone has counted.
  await once(process.stdin, 'end');
}
process.exit(0);
