import { examplesText } from './examples.ts';

/** For a newcomer, below the list of all commands. */
export const FIRST_STEPS = `
Claude Code itself runs \`tidemark hook\` and \`tidemark statusline\`, once they are installed.
${examplesText([
  ['demo', 'look around without any data'],
  ['daily --since 7d', 'the last seven days'],
  ['sessions --since today', 'what today went into'],
  ['query sessions.needs_you', 'how many sessions wait for you'],
  ['install hooks --dry-run', 'what installing would change'],
])}`;
