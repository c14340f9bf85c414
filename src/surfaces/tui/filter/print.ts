import type { Ast, Value } from './grammar.ts';

const valueText = ({ text, quoted }: Value): string => (quoted ? `"${text}"` : text);

/** A filter as it would be typed; reading it again gives the same tree. */
export function printFilter(ast: Ast): string {
  switch (ast.kind) {
    case 'or':
      return ast.items.map((item) => (item.kind === 'or' ? `(${printFilter(item)})` : printFilter(item))).join(' | ');
    case 'and':
      return ast.items.map((item) => (item.kind === 'or' || item.kind === 'and' ? `(${printFilter(item)})` : printFilter(item))).join(' ');
    case 'not':
      return ast.item.kind === 'text' || ast.item.kind === 'field' ? `!${printFilter(ast.item)}` : `!(${printFilter(ast.item)})`;
    case 'field':
      return `${ast.name}${ast.op}${ast.values.map(valueText).join(',')}`;
    case 'text':
      return valueText(ast.value);
  }
}
