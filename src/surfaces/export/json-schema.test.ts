import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { type JsonSchema, jsonSchemaOf, propertiesOf, schemaFiles, toJsonSchema } from './json-schema.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../schemas');

describe('UR-40 JSON Schema', () => {
  test('schemas/ holds the files that the program is tested with (node scripts/schemas.mjs)', () => {
    const files = schemaFiles();
    expect(readdirSync(FOLDER).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(readFileSync(path.join(FOLDER, name), 'utf8'), name).toBe(text);
  });

  test('every field has its place, so that none can go unseen', () => {
    const places = propertiesOf(jsonSchemaOf('daily'));
    expect(places).toEqual(
      expect.arrayContaining([
        'daily',
        'daily[].date',
        'daily[].modelBreakdowns[].cost',
        'totals.totalCost',
        'meta.ingest.rejectedByReason',
      ]),
    );
  });

  test('every kind the reports use', () => {
    const schema = v.object({
      a: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9)),
      b: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^x$/), v.description('an x')))),
      c: v.union([v.boolean(), v.null()]),
      d: v.record(v.string(), v.array(v.literal(1))),
      e: v.picklist(['p', 'q']),
    });
    expect(toJsonSchema(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'integer', minimum: 0, maximum: 9 },
        b: { anyOf: [{ type: 'string', pattern: '^x$', description: 'an x' }, { type: 'null' }] },
        c: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
        d: { type: 'object', additionalProperties: { type: 'array', items: { const: 1 } } },
        e: { enum: ['p', 'q'] },
      },
      required: ['a', 'c', 'd', 'e'],
    });
  });

  test('what it does not know is an error, not a gap', () => {
    expect(() => toJsonSchema(v.date())).toThrow('no JSON Schema for the valibot type "date"');
    expect(() => toJsonSchema(v.pipe(v.string(), v.email()))).toThrow('no JSON Schema for the valibot action "email"');
  });

  test('money is not required: --no-cost leaves it out (UR-30)', () => {
    const daily = (jsonSchemaOf('daily').properties as Record<string, JsonSchema>).daily as { items: { required: string[] } };
    expect(daily.items.required).not.toContain('totalCost');
    expect(daily.items.required).toContain('inputTokens');
  });
});
