import type { SessionFacts } from './session-facts.ts';

/** What stands for the origin of a fork once that was forgotten: it stays known as a fork (D-18), of nothing that can be named (SEC-82). */
const FORGOTTEN_ORIGIN = 'forgotten';

export function withoutForgottenOrigin(facts: SessionFacts, isForgotten: (sid: string) => boolean): SessionFacts {
  const origin = facts.forkedFrom;
  return origin !== undefined && isForgotten(origin[0]) ? { ...facts, forkedFrom: [FORGOTTEN_ORIGIN, origin[1]] } : facts;
}
