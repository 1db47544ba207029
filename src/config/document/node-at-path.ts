import type { ConfigPosition } from '#config/config-error.ts';
import type { ConfigDocument } from '#config/document/config-document.ts';
import type { ConfigNode, MapNode } from '#config/document/config-node.ts';

/**
 * Finds where a path was written, in documents of which later ones were merged over earlier ones
 * (lists are appended). A path that nobody wrote, such as a field that is missing, leads to the
 * innermost part of it that somebody did.
 */
export function positionOfPath(
  documents: readonly ConfigDocument[],
  path: string,
): ConfigPosition | undefined {
  let places: readonly Place[] = documents.flatMap((document) => {
    return document.root === undefined ? [] : [{ document, node: document.root, offset: 0 }];
  });
  let rest = path;
  let found: Place | undefined;
  while (rest !== '') {
    const step = rest.startsWith('[') ? stepIntoList(places, rest) : stepIntoMaps(places, rest);
    if (step === undefined) break;
    places = step.places;
    rest = step.rest;
    // The document that was merged last is the one whose value counts.
    found = places.at(-1) ?? found;
  }
  return found?.document.positionAt(found.offset);
}

interface Place {
  readonly document: ConfigDocument;
  readonly node: ConfigNode;
  /** Where to point to: the key of a map's entry, the start of a list's item. */
  readonly offset: number;
}

interface Step {
  readonly places: readonly Place[];
  readonly rest: string;
}

function stepIntoList(places: readonly Place[], path: string): Step | undefined {
  const [segment, digits] = /^\[(\d+)\]/.exec(path) ?? [];
  if (segment === undefined) return undefined;
  let index = Number(digits);
  for (const { document, node } of places) {
    const items = node.kind === 'list' ? node.items : [node];
    const item = items[index];
    if (item !== undefined) {
      const place = { document, node: item, offset: item.offset };
      return { places: [place], rest: path.slice(segment.length) };
    }
    index -= items.length;
  }
  return undefined;
}

function stepIntoMaps(places: readonly Place[], path: string): Step | undefined {
  const text = path.startsWith('.') ? path.slice(1) : path;
  let key: string | undefined;
  const entered: Place[] = [];
  for (const { document, node } of places) {
    if (node.kind !== 'map') continue;
    const entry = findEntry(node, text);
    if (entry === undefined) continue;
    key = entry.segment;
    entered.push({ document, node: entry.value, offset: entry.keyOffset });
  }
  if (key === undefined) return stepIntoTypedStruct(places, path);
  return { places: entered, rest: text.slice(key.length) };
}

/** What a TypedStruct carries stands in its `value`, but is known by the path of the message. */
function stepIntoTypedStruct(places: readonly Place[], path: string): Step | undefined {
  if (path.startsWith('.value.')) return undefined;
  const inner = places.flatMap(({ document, node }) => {
    const value = node.kind === 'map' && isTypedStruct(node) ? entryOf(node, 'value') : undefined;
    return value === undefined ? [] : [{ document, node: value, offset: value.offset }];
  });
  return inner.length === 0 ? undefined : stepIntoMaps(inner, path);
}

function isTypedStruct(node: MapNode): boolean {
  const type = entryOf(node, '@type');
  return (
    type?.kind === 'string' && /\/(?:udpa\.type\.v1|xds\.type\.v3)\.TypedStruct$/.test(type.value)
  );
}

function entryOf(node: MapNode, key: string): ConfigNode | undefined {
  return node.entries.find((entry) => entry.key === key)?.value;
}

/** Keys may have dots of their own, so the longest key that the path begins with is meant. */
function findEntry(node: MapNode, path: string) {
  let best: { segment: string; keyOffset: number; value: ConfigNode } | undefined;
  for (const { key, keyOffset, value } of node.entries) {
    for (const segment of [key, toSnakeCase(key)]) {
      const next = path.charAt(segment.length);
      if (!path.startsWith(segment) || (next !== '' && next !== '.' && next !== '[')) continue;
      if (best === undefined || segment.length >= best.segment.length) {
        best = { segment, keyOffset, value };
      }
    }
  }
  return best;
}

function toSnakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
