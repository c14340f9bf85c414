import type { Config } from '../config/schema.ts';
import { looseNumber, looseObject, looseText } from '../platform/loose.ts';
import type { LoadRules } from './load.ts';
import { DEFAULT_RULES, type SessionRules } from './states.ts';

export interface SessionSettings {
  readonly rules: SessionRules;
  readonly load: LoadRules;
  /** `privacy.names: hide`. */
  readonly hideNames: boolean;
}

/** The settings of this folder from a compiled configuration, which another version may have written; defaults where it says nothing. */
export function readSessionRules(config: Partial<Config> | null): SessionSettings {
  const sessions = looseObject(config?.sessions);
  const load = looseObject(config?.load);
  return {
    rules: {
      idleAfter: looseNumber(sessions.idleAfter, 1) ?? DEFAULT_RULES.idleAfter,
      staleAfter: looseNumber(sessions.staleAfter, 1) ?? DEFAULT_RULES.staleAfter,
    },
    load: { profile: looseText(load.profile, 40) ?? 'balanced', ok: looseNumber(load.ok, 0) },
    hideNames: looseObject(config?.privacy).names === 'hide',
  };
}
