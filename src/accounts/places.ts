import { join } from 'node:path';

/** The folder of the session-health contract in a Claude directory. */
export const healthDirOf = (claudeDir: string): string => join(claudeDir, 'session-health');
