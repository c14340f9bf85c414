import { redact } from '../text/redact.ts';

const MAX_SHOWN = 40;

/** A value as it is quoted in a message: short, and without anything a terminal would act on. Redacted before it is cut, which could hide a secret's end. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(redact(value)) : plain(value);
  const safe = [...text].filter((char) => !/[\p{Cc}\p{Cf}]/u.test(char)).join('');
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a section' : String(value);
}
