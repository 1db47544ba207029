import { byteStringOf } from '#matching/byte-string.ts';
import type { RegexNode } from '#matching/re2/syntax.ts';

/** The bytes that every text that matches from its beginning begins with; often none. */
export function literalPrefixOf(root: RegexNode): string {
  return byteStringOf(literalStart(root).text);
}

/** `isWhole`: the node matches nothing but the text, so that what follows it may go on with it. */
function literalStart(node: RegexNode): { readonly text: string; readonly isWhole: boolean } {
  switch (node.kind) {
    case 'empty':
      return { text: '', isWhole: true };
    case 'assertion':
      return { text: '', isWhole: node.assertion === 'begin text' };
    case 'group':
      return literalStart(node.body);
    case 'runes': {
      const [only, ...others] = node.set;
      const isOne = only !== undefined && others.length === 0 && only[0] === only[1];
      return { text: isOne ? String.fromCodePoint(only[0]) : '', isWhole: isOne };
    }
    case 'concatenation': {
      let text = '';
      for (const part of node.parts) {
        const start = literalStart(part);
        text += start.text;
        if (!start.isWhole) return { text, isWhole: false };
      }
      return { text, isWhole: true };
    }
    default:
      return { text: '', isWhole: false };
  }
}
