import type { RequestState } from '../usage/merge.ts';
import type { FilePart } from './file-part.ts';

/* Builders of literal parts for tests of the ledger. */

let files = 0;

/** What a file of no bytes says: these requests, and more where it is given. */
export const aPart = (requests: readonly RequestState[], more: Partial<FilePart> = {}): FilePart => ({
  checkpoint: {
    path: `/x/${files++}`,
    folder: 'x',
    dev: 0,
    ino: 0,
    size: 0,
    mtime: 0,
    birth: 0,
    headHash: '',
    headLength: 0,
    tailHash: '',
    tailLength: 0,
    offset: 0,
    content: null,
    lines: 0,
    malformed: 0,
    tooLong: 0,
    flagged: 0,
    firstAt: null,
    lastAt: 0,
    session: null,
  },
  requests,
  sessions: [],
  prompts: [],
  inherited: [],
  bytes: 0,
  ...more,
});
