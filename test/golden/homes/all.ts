import { errorsAndStrangers, tornAndGlued } from './damage.ts';
import type { HandHome } from './hand-home.ts';
import { forksAndOwners, gatewayIds, twoRootsAndLinks } from './identities.ts';
import { cacheLifetimes, loggedCosts, ratesOfTheDay, toolsAndIterations } from './money.ts';
import { agentsAndReplays, resumedAndCopied, streamedResponse } from './responses.ts';
import { oddTimes, zoneBorders } from './times.ts';

/** REL-51: the homes counted by hand. Their ids do not meet, so that they can also lie in one home. */
export const HAND_HOMES: readonly HandHome[] = [
  streamedResponse,
  resumedAndCopied,
  cacheLifetimes,
  agentsAndReplays,
  zoneBorders,
  ratesOfTheDay,
  toolsAndIterations,
  tornAndGlued,
  errorsAndStrangers,
  gatewayIds,
  forksAndOwners,
  oddTimes,
  loggedCosts,
  twoRootsAndLinks,
];
