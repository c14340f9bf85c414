import path from 'node:path';
import { discard, type Home, hasProduct, hasShared, PRODUCT_ABSENT, SHARED, SHARED_ABSENT } from './homes.ts';

/** The peer's cases, whether they can be tried here, and the end of a title that says why not. */
export const CASES = path.join(SHARED, 'fixtures/peer-cases');
export const ready = hasShared && hasProduct;
export const absent = SHARED_ABSENT + PRODUCT_ABSENT;

/** A case starts the program several times, ms. */
export const SLOW = 60_000;

const homes: Home[] = [];

/** A home that is thrown away with the others when the tests of its file are done. */
export function keep(home: Home): Home {
  homes.push(home);
  return home;
}

export const discardKept = (): void => homes.forEach(discard);
