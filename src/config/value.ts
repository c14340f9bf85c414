import * as v from 'valibot';
import { nearest } from '../text/nearest.ts';
import type { Setting } from './values.ts';

export type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly hint: string };

/** Checks a value that already has its type (from YAML, JSON or a parsed flag). */
export function readValue(setting: Setting<unknown>, value: unknown): Read {
  const result = v.safeParse(setting.schema, value);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, hint: hintFor(setting, value) };
}

/** Text from the environment or a command line, read by the setting's shape. */
export function readText(setting: Setting<unknown>, text: string): Read {
  return readValue(setting, fromText(setting, text));
}

const YES = /^(true|yes|on|1)$/i;
const NO = /^(false|no|off|0)$/i;

/** The value that a person's text stands for; still to be checked. */
export function fromText(setting: Setting<unknown>, text: string): unknown {
  const trimmed = text.trim();
  if (setting.shape === 'boolean') return YES.test(trimmed) ? true : NO.test(trimmed) ? false : trimmed;
  if (setting.shape === 'list') return listOf(trimmed);
  if (setting.shape === 'json') return jsonOf(trimmed);
  return trimmed;
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The nearest choice of an enumeration, or the nearest time zone. */
function hintFor(setting: Setting<unknown>, value: unknown): string {
  if (typeof value !== 'string' || value.length > 64) return '';
  const zones = setting.expected.includes('time zone') ? Intl.supportedValuesOf('timeZone') : [];
  const meant = zones.length > 0 ? nearest(value, zones) : nearest(value, setting.expected.split(/, | or /));
  return meant === null || /\s/.test(meant) ? '' : `, did you mean ${meant}?`;
}
