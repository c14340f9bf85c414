import type { DoctorFacts } from '../facts.ts';
import { type Finding, fail, ok, orFine, warn } from '../finding.ts';

/** The stored history: damaged, of a newer program, out of reach (REL-7, REL-22). */
export function checkLedger({ ledger }: DoctorFacts): readonly Finding[] {
  const { path, reason } = ledger;
  switch (ledger.kind) {
    case 'absent':
      return ledger.isWritable ? [ok('ledger', 'none yet: any report makes it')] : [unwritable(path)];
    case 'damaged':
      return [
        fail(
          'ledger',
          `${path} is damaged (${reason})`,
          'run any report, e.g. tidemark daily: it saves what can be read and reads the transcripts again',
        ),
      ];
    case 'newer':
      return [fail('ledger', `${path} was written by a newer Tidemark (${reason})`, 'update, or set TIDEMARK_DB to another file')];
    case 'unreadable':
      return [
        fail('ledger', `${path} cannot be read (${reason})`, 'give your user the right to read it, or set TIDEMARK_DB to another file'),
      ];
    case 'fine':
      return ledger.isWritable ? [ok('ledger', path)] : [unwritable(path)];
  }
}

const unwritable = (path: string): Finding =>
  fail('ledger', `${path} cannot be written: nothing is kept`, 'give your user the right to write it, or set TIDEMARK_DB to another file');

/** Models that were used and have no price: their cost is missing in every sum (D-16). */
export function checkPrices({ ledger }: DoctorFacts): readonly Finding[] {
  const found = ledger.models
    .filter(({ isPriced }) => !isPriced)
    .map(({ name, requests }) =>
      fail(
        'prices',
        `${name} has no price: ${requests} ${requests === 1 ? 'request is' : 'requests are'} in no cost`,
        'update, or add one under pricing.overrides',
      ),
    );
  return orFine('prices', found, ledger.models.length === 0 ? 'no models used yet' : 'every model used has a price');
}

const SHOWN = 5;

/** Transcripts that fail again and again, or hold something else than was read from them (UR-103, REL-13). */
export function checkTranscripts({ ledger: { failing = [], rewritten = [] } }: DoctorFacts): readonly Finding[] {
  const failed = failing.slice(0, SHOWN).map(({ path, code, times, isLeftAlone }) => {
    const said = `${path} could not be read ${times === 1 ? 'the last time' : `${times} times in a row`} (${code})`;
    return isLeftAlone
      ? fail('transcripts', `${said} and is left alone for 5 minutes`, `mend it, then tidemark ledger rebuild --file ${path}`)
      : warn('transcripts', said, 'what it holds is not counted; give your user the right to read it, or look at the disk');
  });
  const more = failing.length > SHOWN ? [warn('transcripts', `${failing.length - SHOWN} more transcripts cannot be read`, null)] : [];
  const [first, ...others] = rewritten;
  const changed =
    first === undefined
      ? []
      : [
          warn(
            'transcripts',
            `${first}${others.length === 0 ? ' was' : ` and ${others.length} more were`} changed without a new size or time, and read again`,
            'look at what copies or restores these files, and at the disk; tidemark ledger verify compares all',
          ),
        ];
  return [...failed, ...more, ...changed];
}

/** Lines that are no records: counted, named, never in silence (UR-4, REL-3). */
export function checkLines({ ledger: { rejected } }: DoctorFacts): readonly Finding[] {
  const all = rejected.reduce((sum, { lines }) => sum + lines, 0);
  if (all === 0) return [ok('lines', 'every line of the transcripts could be read')];
  const files = rejected.slice(0, SHOWN).map(({ path, lines }) => `${lines} in ${path}`);
  const more = rejected.length > SHOWN ? `, and ${rejected.length - SHOWN} files more` : '';
  return [
    warn(
      'lines',
      `${all} ${all === 1 ? 'line' : 'lines'} could not be read: ${files.join(', ')}${more}`,
      'what these lines say is not counted, the rest of their files is; tidemark ledger stats lists all',
    ),
  ];
}
