import type { BookOptions } from '../accounts/book.ts';
import type { App } from './open.ts';

/** Where the accounts of an installation are told. */
export const accountOptions = ({ paths }: App): BookOptions => ({
  claudeDirs: paths.claudeDirs,
  named: paths.claudeDirsSource !== 'default',
  home: paths.home,
  stateDir: paths.stateDir,
  dataDir: paths.dataDir,
});
