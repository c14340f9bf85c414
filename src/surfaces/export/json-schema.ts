import type { GenericSchema } from 'valibot';
import { type ReportName, reportSchemas } from './schema.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The parts of a valibot schema or action this converter looks at. */
interface Part {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly Part[];
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly key?: Part;
  readonly value?: Part;
  readonly entries?: Readonly<Record<string, Part>>;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly requirement?: unknown;
  readonly description?: string;
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** JSON Schema (2020-12) of one report, for `schemas/` and `--json-schema` (UR-40). */
export function jsonSchemaOf(name: ReportName): JsonSchema {
  return { $schema: DRAFT, title: `tidemark ${name}`, ...toJsonSchema(reportSchemas[name]) };
}

export const reportNames = Object.keys(reportSchemas) as ReportName[];

/** Turns the subset of valibot that `schema.ts` uses into JSON Schema; anything else is an error, so that nothing is published half. */
export function toJsonSchema(schema: GenericSchema): JsonSchema {
  return convert(schema as unknown as Part);
}

function convert(part: Part): JsonSchema {
  const base = convertType(part);
  const actions = (part.pipe ?? []).slice(1);
  return Object.assign({}, base, ...actions.map((action) => (action.kind === 'schema' ? convert(action) : convertAction(action))));
}

function convertType(part: Part): JsonSchema {
  switch (part.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return { type: part.type };
    case 'literal':
      return { const: part.literal };
    case 'picklist':
      return { enum: [...(part.options ?? [])] };
    case 'array':
      return { type: 'array', items: convert(part.item!) };
    case 'record':
      return { type: 'object', additionalProperties: convert(part.value!) };
    case 'nullable':
      return { anyOf: [convert(part.wrapped!), { type: 'null' }] };
    case 'optional':
      return convert(part.wrapped!);
    case 'union':
      return { anyOf: (part.options as readonly Part[]).map(convert) };
    case 'object':
      return convertObject(part.entries ?? {});
    default:
      throw new TypeError(`no JSON Schema for the valibot type "${part.type}"`);
  }
}

/** Further properties stay allowed: fields may be added without a new schemaVersion (§4). */
function convertObject(entries: Readonly<Record<string, Part>>): JsonSchema {
  const names = Object.keys(entries);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, convert(entries[name]!)])),
    required: names.filter((name) => entries[name]!.type !== 'optional'),
  };
}

function convertAction(action: Part): JsonSchema {
  switch (action.type) {
    case 'integer':
      return { type: 'integer' };
    case 'min_value':
      return { minimum: action.requirement };
    case 'max_value':
      return { maximum: action.requirement };
    case 'regex':
      return { pattern: (action.requirement as RegExp).source };
    case 'description':
      return { description: action.description };
    default:
      throw new TypeError(`no JSON Schema for the valibot action "${action.type}"`);
  }
}
