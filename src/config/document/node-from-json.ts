import type { JsonValue } from '@bufbuild/protobuf';
import type { ConfigNode } from '#config/document/config-node.ts';

/** JSON that does not stand in a text, such as the content of a Struct, as nodes. */
export function nodeFromJson(json: JsonValue): ConfigNode {
  const offset = -1;
  if (json === null) return { kind: 'null', offset };
  if (Array.isArray(json)) return { kind: 'list', items: json.map(nodeFromJson), offset };
  switch (typeof json) {
    case 'boolean':
      return { kind: 'boolean', value: json, written: String(json), offset };
    case 'number':
      return { kind: 'number', value: String(json), written: String(json), offset };
    case 'string':
      return { kind: 'string', value: json, offset };
    case 'object': {
      const entries = Object.entries(json).map(([key, value]) => {
        return { key, keyOffset: offset, value: nodeFromJson(value) };
      });
      return { kind: 'map', entries, offset };
    }
  }
}
