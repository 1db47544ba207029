import { create, type JsonObject, type JsonValue, type Message } from '@bufbuild/protobuf';
import {
  DurationSchema,
  FieldMaskSchema,
  ListValueSchema,
  StructSchema,
  TimestampSchema,
  timestampFromDate,
  type Value,
  ValueSchema,
} from '@bufbuild/protobuf/wkt';
import type { ConfigNode, MapNode } from '#config/document/config-node.ts';
import type { ReadReport } from '#config/reader/read-report.ts';
import { reportKind } from '#config/reader/scalar-reader.ts';

/** 10,000 years, the range of the Duration message. */
const maxDurationSeconds = 315_576_000_000n;

/** A duration is a decimal number of seconds with the letter `s`: `0.25s`. */
export function readDuration(
  node: ConfigNode,
  path: string,
  report: ReadReport,
): Message | undefined {
  if (node.kind !== 'string') return reportKind('a duration such as "1.5s"', node, path, report);
  const [, sign, seconds = '', fraction = ''] =
    /^(-?)(\d{1,18})(?:\.(\d{1,9}))?s$/.exec(node.value) ?? [];
  if (seconds === '') {
    const reason = 'expected a duration in seconds with at most 9 decimals, such as "1.5s"';
    report.error(path, node.offset, reason, { value: node.value });
    return undefined;
  }
  const factor = sign === '-' ? -1 : 1;
  const wholeSeconds = BigInt(seconds);
  if (wholeSeconds > maxDurationSeconds) {
    report.error(path, node.offset, 'the duration is out of range', { value: node.value });
    return undefined;
  }
  const nanos = factor * Number(fraction.padEnd(9, '0'));
  return create(DurationSchema, { seconds: BigInt(factor) * wholeSeconds, nanos: nanos || 0 });
}

export function readTimestamp(
  node: ConfigNode,
  path: string,
  report: ReadReport,
): Message | undefined {
  if (node.kind !== 'string') return reportKind('a timestamp', node, path, report);
  const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:\d\d)$/;
  const [, fraction = ''] = pattern.exec(node.value) ?? [];
  const milliseconds = pattern.test(node.value) ? Date.parse(node.value) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    const reason = 'expected a timestamp such as "2026-01-31T12:00:00Z"';
    report.error(path, node.offset, reason, { value: node.value });
    return undefined;
  }
  const whole = timestampFromDate(new Date(Math.floor(milliseconds / 1000) * 1000));
  return create(TimestampSchema, { ...whole, nanos: Number(fraction.padEnd(9, '0')) });
}

export function readFieldMask(
  node: ConfigNode,
  path: string,
  report: ReadReport,
): Message | undefined {
  if (node.kind !== 'string') return reportKind('paths separated by commas', node, path, report);
  const paths = node.value === '' ? [] : node.value.split(',');
  return create(FieldMaskSchema, {
    paths: paths.map((one) => one.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  });
}

/** Reads the free-form JSON of a Struct. */
export function readStruct(
  node: ConfigNode,
  path: string,
  report: ReadReport,
): JsonObject | undefined {
  if (node.kind !== 'map') return reportKind('a map', node, path, report);
  return structOf(node, path, report);
}

function structOf(node: MapNode, path: string, report: ReadReport): JsonObject {
  const entries = new Map<string, JsonValue>();
  for (const { key, keyOffset, value } of node.entries) {
    const entryPath = `${path}.${key}`;
    if (entries.has(key) && report.duplicateKeys === 'reject') {
      report.error(entryPath, keyOffset, 'the key is given twice');
    }
    entries.set(key, jsonOf(value, entryPath, report));
  }
  return Object.fromEntries(entries);
}

function jsonOf(node: ConfigNode, path: string, report: ReadReport): JsonValue {
  switch (node.kind) {
    case 'null':
      return null;
    case 'number':
      return Number(node.value);
    case 'list':
      return node.items.map((item, index) => jsonOf(item, `${path}[${index}]`, report));
    case 'map':
      return structOf(node, path, report);
    default:
      return node.value;
  }
}

/** Reads any JSON as a Value message. */
export function readValue(node: ConfigNode, path: string, report: ReadReport): Value {
  return create(ValueSchema, { kind: valueKind(node, path, report) });
}

function valueKind(node: ConfigNode, path: string, report: ReadReport): Value['kind'] {
  switch (node.kind) {
    case 'null':
      return { case: 'nullValue', value: 0 };
    case 'boolean':
      return { case: 'boolValue', value: node.value };
    case 'number':
      return { case: 'numberValue', value: Number(node.value) };
    case 'string':
      return { case: 'stringValue', value: node.value };
    case 'list':
      return { case: 'listValue', value: readListValue(node, path, report) };
    case 'map':
      return {
        case: 'structValue',
        value: create(StructSchema, {
          fields: Object.fromEntries(
            node.entries.map(({ key, value }) => [key, readValue(value, `${path}.${key}`, report)]),
          ),
        }),
      };
  }
}

function readListValue(node: ConfigNode & { kind: 'list' }, path: string, report: ReadReport) {
  return create(ListValueSchema, {
    values: node.items.map((item, index) => readValue(item, `${path}[${index}]`, report)),
  });
}

export function readList(node: ConfigNode, path: string, report: ReadReport): Message | undefined {
  if (node.kind !== 'list') return reportKind('a list', node, path, report);
  return readListValue(node, path, report);
}
