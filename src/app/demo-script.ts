import type { DemoActor } from './demo-actor.ts';

/** What one session does at a step of the script. `at` epoch ms. */
type Act = (actor: DemoActor, at: number) => void;

const prompt: Act = (actor, at) => actor.prompt(at);
const stop: Act = (actor, at) => actor.stop(at);
const answered: Act = (actor, at) => actor.answered(at);

/** Steps of one round; then it begins again where it began. */
export const ROUND = 140;
/** Who works at a step where the script says nothing else of them; nobody where the name is none. About the rates of the table. */
const BUSY = ['', 'api-docs', '', 'migrate-orders', '', 'api-docs', '', '', 'migrate-orders', ''];
/** Steps from one request to the next of a session that a person has set to work. */
const EACH = 3;

type Scene = readonly [from: number, to: number, act: Act];
const at = (step: number, act: Act): Scene => [step, step, act];
/** Works between two steps, a request now and then. */
const works = (from: number, to: number): readonly Scene[] =>
  Array.from({ length: Math.floor((to - from) / EACH) + 1 }, (_, i) => at(from + i * EACH, (actor, now) => actor.work(now)));

/** A round by session: within it every state of D-36 is seen, and it ends as the table of LV-145 has it. */
const SCENES: Readonly<Record<string, readonly Scene[]>> = {
  'fix-login-flake': [
    at(12, answered),
    ...works(14, 17),
    at(18, stop),
    at(90, prompt),
    ...works(91, 97),
    at(98, (actor, now) => actor.work(now, { tool: 'Bash', target: 'npm test' })),
  ],
  'checkout-redesign': [
    at(30, answered),
    ...works(32, 35),
    at(36, stop),
    at(106, prompt),
    ...works(107, 110),
    at(114, (actor, now) => actor.work(now, { tool: 'AskUserQuestion' })),
  ],
  'review-418': [
    at(20, prompt),
    ...works(21, 26),
    at(28, (actor, now) => actor.fail(now, 'rate_limit', 429)),
    at(60, prompt),
    ...works(61, 68),
    at(70, stop),
  ],
  'migrate-orders': [
    at(3, (actor, now) => actor.agentStops(now, 0)),
    at(10, (actor, now) => actor.agentStops(now, 1)),
    at(18, (actor, now) => actor.compactionBegins(now)),
    // Nothing else happens while it compacts.
    [19, 21, () => {}],
    at(22, (actor, now) => actor.compactionEnds(now)),
  ],
  'spike-logs': [
    at(4, (actor, now) => actor.resume(now)),
    at(7, prompt),
    ...works(8, 14),
    at(16, (actor, now) => actor.fail(now, 'overloaded', 529)),
    at(32, prompt),
    ...works(33, 38),
    at(39, stop),
    at(42, (actor, now) => actor.leave(now)),
  ],
};

/** Everything that happens at a step, counted from 1. */
export function playStep(step: number, actors: ReadonlyMap<string, DemoActor>, now: number): void {
  const place = ((step - 1) % ROUND) + 1;
  const busy = BUSY[step % BUSY.length];
  for (const [name, actor] of actors) {
    const scene = SCENES[name]?.find(([from, to]) => place >= from && place <= to);
    if (scene !== undefined) scene[2](actor, now);
    else if (name === busy) actor.work(now);
  }
}
