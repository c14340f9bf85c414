import { writeStdout } from '../platform/stdout.ts';
import type { SchemaName } from '../surfaces/export/schema.ts';

/** `--json-schema`: loaded only then, since no other run needs the schemas (UR-40). */
export async function printSchema(name: SchemaName): Promise<void> {
  const { jsonSchemaOf } = await import('../surfaces/export/json-schema.ts');
  await writeStdout(`${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`);
}
