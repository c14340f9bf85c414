import { padded } from './columns.ts';

/** Lines for the end of a command's help: what to type, and what it gives. */
export function examplesText(examples: readonly (readonly [command: string, gives: string])[]): string {
  return ['', 'Examples:', ...padded(examples.map(([command, gives]) => [`  tidemark ${command}`, gives]))].join('\n');
}
