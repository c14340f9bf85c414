import { isOurCommand } from './launcher.ts';
import { appendProperty, removeChild, replaceNode } from './settings-edit.ts';
import { getNodeValue, type Node, parseSettings, propertyOf, sameJson } from './settings-text.ts';

/** The settings that hold a command of ours outside the hooks (SL-36, SL-42). */
export type LineKey = 'statusLine' | 'subagentStatusLine';

/** What stands under such a key. */
export interface FoundLine {
  readonly value: unknown;
  /** As it stands in the file, to be put back byte for byte (SL-38). */
  readonly raw: string;
  readonly isOurs: boolean;
}

export function lineOf(text: string, key: LineKey, file: string): FoundLine | null {
  const settings = parseSettings(text, file);
  const node = settings.root === null ? null : propertyOf(settings, settings.root, key, file);
  if (node === null) return null;
  const value: unknown = getNodeValue(node);
  return { value, raw: settings.body.slice(node.offset, node.offset + node.length), isOurs: isOurCommand(value) };
}

/** The text with this value under the key, in place of what stood there. */
export function withLine(text: string, key: LineKey, value: Readonly<Record<string, unknown>>, file: string): string {
  const settings = parseSettings(text, file);
  if (settings.root === null) return withLine(`${text}{}${/\r\n/.test(text) ? '\r\n' : '\n'}`, key, value, file);
  const { bom, body, root } = settings;
  const node = propertyOf(settings, root, key, file);
  if (node === null) return bom + appendProperty(body, root, key, value);
  return sameJson(getNodeValue(node), value) ? text : bom + replaceNode(body, node, { value });
}

/** The text with the former value back (`raw`), or without the key; a command that is not ours is left alone (SL-38). */
export function withoutLine(text: string, key: LineKey, raw: string | null, file: string): string {
  const settings = parseSettings(text, file);
  const { bom, body, root } = settings;
  const node = root === null ? null : propertyOf(settings, root, key, file);
  if (root === null || node === null || !isOurCommand(getNodeValue(node))) return text;
  if (raw !== null) return bom + replaceNode(body, node, { raw });
  return (
    bom +
    removeChild(
      body,
      root,
      root.children!.findIndex((property: Node) => property.children?.[1] === node),
    )
  );
}
