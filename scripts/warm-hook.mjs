// Runs the built hook in a home of its own and keeps what V8 has compiled by then: `node warm-hook.mjs <dir> <mark>`, the first payload on stdin.
import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { warm } from './warm.mjs';

const EVENTS = [
  ['UserPromptSubmit', {}],
  ['PreToolUse', { tool_name: 'Bash', tool_input: { command: 'a' } }],
  ['PostToolUse', { tool_name: 'Bash', tool_input: { command: 'a' } }],
  ['PermissionRequest', { tool_name: 'Edit', tool_input: { b: 1 } }],
  ['PostToolUse', { tool_name: 'Edit', tool_input: { b: 1 } }],
  ['SubagentStart', { agent_id: 'a', agent_type: 'coder' }],
  ['SubagentStop', { agent_id: 'a', agent_type: 'coder' }],
  ['Notification', { notification_type: 'permission_prompt' }],
  ['Stop', { background_tasks: [] }],
];

await warm('hook', ({ run }, home) => {
  let serial = 0;
  function hook(session, [event, fields]) {
    const payload = { session_id: session, hook_event_name: event, cwd: '/home/dev/work/p1', permission_mode: 'default' };
    const transcript_path = `${home}/.claude/projects/-home-dev-work-p1/${session}.jsonl`;
    serial++;
    // The first comes through the pipe it is given, as from a client; descriptor 0 is free again for the others.
    if (serial > 1) {
      writeFileSync(
        join(home, 'in'),
        JSON.stringify({ ...payload, ...fields, transcript_path, prompt_id: 'p', tool_use_id: `t${serial}` }),
      );
      closeSync(0);
      if (openSync(join(home, 'in'), 'r') !== 0) throw new Error('descriptor 0 is taken');
    }
    run();
  }

  mkdirSync(join(home, '.claude/sessions'), { recursive: true });
  const record = { pid: process.pid, sessionId: 's-9', cwd: '/home/dev', startedAt: Date.now(), status: 'busy', updatedAt: Date.now() };
  writeFileSync(join(home, `.claude/sessions/${process.pid}.json`), JSON.stringify(record));
  for (let i = 0; i < 10; i++) hook(`s-${i}`, EVENTS[0]);
  // Older than the file system's tick: from now on what was made of them is taken as it is.
  const past = Date.now() / 1000 - 10;
  for (let i = 0; i < 10; i++) utimesSync(join(home, `.claude/status/s-${i}.json`), past, past);
  for (const session of ['s-0', 's-1']) for (const event of EVENTS) hook(session, event);
});
