import { expect, test } from 'vitest';
import { buildProgram, GROUPS } from './program.ts';

test('each group names exactly the commands and aliases that its file adds', async () => {
  for (const { names } of GROUPS) {
    const program = await buildProgram(() => {}, [names[0]!]);
    const added = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
    expect(added.sort()).toEqual([...names].sort());
  }
});

test('without a known command everything is there', async () => {
  const program = await buildProgram(() => {}, ['--help']);
  const added = new Set(program.commands.map((command) => command.name()));
  for (const name of ['live', 'demo', 'daily', 'session', 'query', 'config', 'ledger', 'install', 'doctor', 'profiles', 'state'])
    expect(added).toContain(name);
});
