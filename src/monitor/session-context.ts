import { type ContextEvidence, contextPercent } from '../usage/context.ts';
import type { ClientSample } from './live-input.ts';
import type { SessionInput } from './session-input.ts';
import type { SessionView } from './snapshot.ts';

/** What tells of a session's context beside the ledger. */
interface ContextWitnesses {
  readonly sample: ClientSample | null;
  readonly contextWindow: (model: string) => number | null;
}

/** Context fill, tokens and window size (D-35): the client's word, else from the newest request or compaction. */
export function contextOf(
  session: SessionInput,
  { sample, contextWindow }: ContextWitnesses,
): Pick<SessionView, 'contextPercent' | 'contextTokens' | 'windowSize'> {
  const { context, compactedTo } = session.facts;
  const modelSize = context?.[0].model ? contextWindow(context[0].model) : null;
  const evidence: ContextEvidence = {
    client:
      sample === null
        ? null
        : { at: sample.at, usedPercent: sample.contextPercent, windowSize: sample.windowSize, currentTokens: sample.contextTokens },
    lastRequest:
      context === undefined
        ? null
        : { at: context[1][1], tokens: { input: context[0].tokens, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 } },
    compaction: compactedTo === undefined ? null : { at: compactedTo[1][1], postTokens: compactedTo[0] },
    model: { size: modelSize, max: null },
  };
  const figure = contextPercent(evidence);
  const compacted = compactedTo !== undefined && compactedTo[1][1] >= (context?.[1][1] ?? 0);
  const measured = compacted ? compactedTo[0] : (context?.[0].tokens ?? null);
  const isClients = figure.source === 'official' && figure.at === sample?.at;
  return {
    contextPercent: figure,
    contextTokens: (isClients ? sample?.contextTokens : measured) ?? measured,
    windowSize: sample?.windowSize ?? modelSize,
  };
}
