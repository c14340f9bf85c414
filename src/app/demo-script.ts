import type { DemoActor } from './demo-actor.ts';

/** What one session does at a step of the script. `at` epoch ms. */
type Act = (actor: DemoActor, at: number) => void;

const works: Act = (actor, at) => actor.work(at);
const prompt: Act = (actor, at) => actor.prompt(at);
const stop: Act = (actor, at) => actor.stop(at);
const answered: Act = (actor, at) => actor.answered(at);

/** Steps of one round; then it begins again where it began. */
export const ROUND = 70;
/** Who works at a step where the script says nothing else of them. */
const BUSY = ['api-docs', 'migrate-orders', 'migrate-orders', 'api-docs', 'migrate-orders'];

type Scene = readonly [from: number, to: number, act: Act];
const at = (step: number, act: Act): Scene => [step, step, act];

/** A round by session: within it every state of D-36 is seen, and it ends as the table of LV-145 has it. */
const SCENES: Readonly<Record<string, readonly Scene[]>> = {
  'fix-login-flake': [
    at(12, answered),
    [13, 17, works],
    at(18, stop),
    at(44, prompt),
    [45, 49, works],
    at(50, (actor, now) => actor.work(now, { tool: 'Bash', target: 'npm test' })),
  ],
  'checkout-redesign': [
    at(30, answered),
    [31, 35, works],
    at(36, stop),
    at(56, prompt),
    [57, 61, works],
    at(62, (actor, now) => actor.work(now, { tool: 'AskUserQuestion' })),
  ],
  'review-418': [
    at(20, prompt),
    [21, 26, works],
    at(28, (actor, now) => actor.fail(now, 'rate_limit', 429)),
    at(46, prompt),
    [47, 53, works],
    at(54, stop),
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
    [8, 14, works],
    at(16, (actor, now) => actor.fail(now, 'overloaded', 529)),
    at(32, prompt),
    [33, 38, works],
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
