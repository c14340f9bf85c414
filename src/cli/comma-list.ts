/** Reads a flag that may be repeated and may hold a comma list. */
export const commaList = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value
    .split(',')
    .map((v) => v.trim())
    .filter((v) => v !== ''),
];
