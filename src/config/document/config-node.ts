/**
 * A YAML or JSON document after its scalars were read, before it is known which messages it
 * describes. `offset` counts UTF-16 code units from the start of the text; -1 where the value does
 * not stand in a text.
 */
export type ConfigNode = NullNode | BooleanNode | NumberNode | StringNode | ListNode | MapNode;

export interface NullNode {
  readonly kind: 'null';
  readonly offset: number;
}

export interface BooleanNode {
  readonly kind: 'boolean';
  readonly value: boolean;
  /** As the user wrote it, such as `yes`. */
  readonly written: string;
  readonly offset: number;
}

export interface NumberNode {
  readonly kind: 'number';
  /** A JSON number, not yet rounded to a double. */
  readonly value: string;
  /** As the user wrote it, such as `0x1f`. */
  readonly written: string;
  readonly offset: number;
}

export interface StringNode {
  readonly kind: 'string';
  readonly value: string;
  readonly offset: number;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
  readonly offset: number;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly offset: number;
}

export interface MapEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: ConfigNode;
}

/** What a person would call the kind of value, with its article. */
export function describeNode(node: ConfigNode): string {
  return node.kind === 'null' ? 'nothing' : `a ${node.kind}`;
}

/** The value as it is shown in an error: a scalar as it stands, anything larger not at all. */
export function writtenValue(node: ConfigNode): string | undefined {
  switch (node.kind) {
    case 'boolean':
    case 'number':
      return node.written;
    case 'string':
      return node.value;
    default:
      return undefined;
  }
}
