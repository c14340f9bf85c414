import type { GenericSchema } from 'valibot';
import { type SchemaName, schemas } from './schema.ts';

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

/** JSON Schema (2020-12) of what one command prints, for `schemas/` and `--json-schema` (UR-40). */
export function jsonSchemaOf(name: SchemaName): JsonSchema {
  return { $schema: DRAFT, title: `tidemark ${name}`, ...toJsonSchema(schemas[name]) };
}

export const schemaNames = Object.keys(schemas) as SchemaName[];

/** The files of `schemas/`: name → text. */
export const schemaFiles = (): ReadonlyMap<string, string> =>
  new Map(schemaNames.map((name) => [`${name}.schema.json`, `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`]));

/** Every property a schema names, as `sessions[].name`: what a new version may add to, but not take away from. */
export function propertiesOf(schema: unknown, path = ''): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => propertiesOf(one, path));
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items, additionalProperties, anyOf } = schema as Readonly<Record<string, unknown>>;
  const named = Object.entries((properties as object | undefined) ?? {}).flatMap(([name, inner]) => {
    const place = path === '' ? name : `${path}.${name}`;
    return [place, ...propertiesOf(inner, place)];
  });
  return [...named, ...propertiesOf(items, `${path}[]`), ...propertiesOf(additionalProperties, `${path}{}`), ...propertiesOf(anyOf, path)];
}

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
    case 'unknown':
      return {};
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
