/** What the index needs to know of the things it finds. */
export interface Ordered {
  /** Its place in the configuration: of several that match, the lowest wins. */
  readonly order: number;
  /** Whether nothing but the path decides, so that nothing behind it can be reached. */
  readonly isUnconditional: boolean;
}

interface Node<Entry extends Ordered> {
  /** The characters that lead here from the parent. */
  label: string;
  /** By the first character of their label; most nodes have none. */
  children: Map<number, Node<Entry>> | undefined;
  /** What was added here, until the lists below are made of it. */
  exactHere: Entry[] | undefined;
  prefixHere: Entry[] | undefined;
  /** What matches a path that ends here, in order. */
  atEnd: readonly Entry[];
  /** What matches a path that goes on from here, in order. */
  beyond: readonly Entry[];
}

const NONE: readonly never[] = [];

/**
 * Finds the entries whose exact path or prefix fits a path, in their order, in one walk along the
 * path: a radix tree whose every node already holds the merged list of what fits there. The lists
 * stop at the first entry that is unconditional, so that they are nearly always of length one.
 */
export class PathIndex<Entry extends Ordered> {
  readonly #root: Node<Entry> = newNode('');

  addExact(path: string, entry: Entry): void {
    (this.#nodeAt(path).exactHere ??= []).push(entry);
  }

  addPrefix(prefix: string, entry: Entry): void {
    (this.#nodeAt(prefix).prefixHere ??= []).push(entry);
  }

  /** To be called once, after everything was added and before the first `find`. */
  seal(): void {
    mergeDown(this.#root, NONE);
  }

  /** The entries that fit the first `end` characters of a path. */
  find(path: string, end: number): readonly Entry[] {
    let node = this.#root;
    let at = 0;
    while (at < end) {
      const child = node.children?.get(path.charCodeAt(at));
      if (child === undefined) return node.beyond;
      const { label } = child;
      const next = at + label.length;
      if (next > end || !continuesWith(path, at, label)) return node.beyond;
      node = child;
      at = next;
    }
    return node.atEnd;
  }

  #nodeAt(text: string): Node<Entry> {
    let node = this.#root;
    let at = 0;
    while (at < text.length) {
      const child = node.children?.get(text.charCodeAt(at));
      if (child === undefined) {
        const leaf = newNode<Entry>(text.slice(at));
        adopt(node, leaf);
        return leaf;
      }
      const shared = sharedLength(child.label, text, at);
      node = shared === child.label.length ? child : splitAt(node, child, shared);
      at += shared;
    }
    return node;
  }
}

function newNode<Entry extends Ordered>(label: string): Node<Entry> {
  return {
    label,
    children: undefined,
    exactHere: undefined,
    prefixHere: undefined,
    atEnd: NONE,
    beyond: NONE,
  };
}

function adopt<Entry extends Ordered>(parent: Node<Entry>, child: Node<Entry>): void {
  parent.children ??= new Map();
  parent.children.set(child.label.charCodeAt(0), child);
}

/** The first character is known to be the same: it chose the child. */
function continuesWith(path: string, at: number, label: string): boolean {
  for (let index = 1; index < label.length; index++) {
    if (path.charCodeAt(at + index) !== label.charCodeAt(index)) return false;
  }
  return true;
}

function sharedLength(label: string, text: string, at: number): number {
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(at + length)) {
    length++;
  }
  return length;
}

/** Puts a node for the first `length` characters of the child's label between it and its parent. */
function splitAt<Entry extends Ordered>(
  parent: Node<Entry>,
  child: Node<Entry>,
  length: number,
): Node<Entry> {
  const middle = newNode<Entry>(child.label.slice(0, length));
  adopt(parent, middle);
  child.label = child.label.slice(length);
  adopt(middle, child);
  return middle;
}

function mergeDown<Entry extends Ordered>(node: Node<Entry>, inherited: readonly Entry[]): void {
  node.beyond = merge(inherited, node.prefixHere);
  node.atEnd = merge(node.beyond, node.exactHere);
  node.prefixHere = undefined;
  node.exactHere = undefined;
  for (const child of node.children?.values() ?? []) mergeDown(child, node.beyond);
}

function merge<Entry extends Ordered>(
  inherited: readonly Entry[],
  own: readonly Entry[] | undefined,
): readonly Entry[] {
  if (own === undefined) return inherited;
  const all = [...inherited, ...own].sort((left, right) => left.order - right.order);
  const last = all.findIndex((entry) => entry.isUnconditional);
  return last < 0 ? all : all.slice(0, last + 1);
}
