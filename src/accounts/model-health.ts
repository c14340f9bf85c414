import { plain } from '../text/plain.ts';
import { MODEL_AGES } from './constants.ts';
import type { SessionHealth } from './contracts.ts';
import type { ModelSample, SessionInput } from './inputs.ts';

const BY_AGE = [95, 90, 85, 75];
const OLD = 50;
const CAPTURE = 80;
const AGREED = 98;
const MAX_NAME = 60;

/** `claude-opus-5-5[1m]` and `claude-opus-5-5-20260101` are one model. */
const family = (id: string): string => id.replace(/\[[^\]]*\]$/, '').replace(/-\d{8}$/, '');
const named = (name: string): string => plain(name, MAX_NAME).replaceAll(' ', '');

/** Which model a session uses and how sure that is, 0 … 100 (SH-5). */
export function modelHealth({ capture, transcript, settings }: SessionInput['model'], now: number): SessionHealth['model'] {
  const contradicts =
    capture !== null &&
    transcript !== null &&
    transcript.at > capture.at + MODEL_AGES.newer &&
    family(transcript.id) !== family(capture.id);
  if (capture !== null && !contradicts) {
    const agrees = transcript !== null && now - transcript.at < MODEL_AGES.agrees && family(transcript.id) === family(capture.id);
    return described(capture, 'jsonInput', agrees ? AGREED : CAPTURE);
  }
  if (transcript !== null) {
    const step = MODEL_AGES.steps.findIndex((age) => now - transcript.at < age);
    return described(transcript, 'transcript', BY_AGE[step] ?? OLD);
  }
  return settings === null
    ? { value: 'Claude', source: 'default', confidence: 10 }
    : { value: named(settings), source: 'settings', confidence: 30 };
}

const described = (sample: ModelSample, source: 'jsonInput' | 'transcript', confidence: number): SessionHealth['model'] => ({
  value: named(sample.name),
  id: plain(sample.id, MAX_NAME),
  source,
  confidence,
  updatedAt: sample.at,
});
