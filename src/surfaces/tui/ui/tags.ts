/** Tags as a person types them, parted by blanks or commas, each with or without `#`; each once (UR-62). */
export const tagsIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((tag) => tag.replace(/^#/, ''))
      .filter((tag) => tag !== ''),
  ),
];

/** What turns the tags that a session has into the wanted ones. */
export const tagChanges = (
  had: readonly string[],
  wanted: readonly string[],
): { readonly add: readonly string[]; readonly remove: readonly string[] } => ({
  add: wanted.filter((tag) => !had.includes(tag)),
  remove: had.filter((tag) => !wanted.includes(tag)),
});
