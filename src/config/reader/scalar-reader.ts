import { ScalarType } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import {
  type ConfigNode,
  describeNode,
  type NumberNode,
  type StringNode,
  writtenValue,
} from '#config/document/config-node.ts';
import type { ReadReport } from '#config/reader/read-report.ts';

export type ScalarValue = boolean | number | bigint | string | Uint8Array;

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const trueWords = new Set(['true', 't', 'yes', 'y', '1']);
const falseWords = new Set(['false', 'f', 'no', 'n', '0']);

interface IntegerRange {
  readonly name: string;
  readonly min: bigint;
  readonly max: bigint;
}

const int32: IntegerRange = { name: 'int32', min: -(2n ** 31n), max: 2n ** 31n - 1n };
const uint32: IntegerRange = { name: 'uint32', min: 0n, max: 2n ** 32n - 1n };
const int64: IntegerRange = { name: 'int64', min: -(2n ** 63n), max: 2n ** 63n - 1n };
const uint64: IntegerRange = { name: 'uint64', min: 0n, max: 2n ** 64n - 1n };

/** Reads a scalar of the canonical JSON form, with the words that Envoy takes for booleans. */
export function readScalar(
  type: ScalarType,
  node: ConfigNode,
  path: string,
  report: ReadReport,
): ScalarValue | undefined {
  switch (type) {
    case ScalarType.BOOL:
      return readBoolean(node, path, report);
    case ScalarType.STRING:
      return readString(node, path, report);
    case ScalarType.BYTES:
      return readBytes(node, path, report);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return readDouble(node, path, report);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return toNumber(readInteger(int32, node, path, report));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return toNumber(readInteger(uint32, node, path, report));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return readInteger(int64, node, path, report);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return readInteger(uint64, node, path, report);
  }
}

function toNumber(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** Says which kind of value was expected. */
export function reportKind(
  expected: string,
  node: ConfigNode,
  path: string,
  report: ReadReport,
): undefined {
  const reason = `expected ${expected}, found ${describeNode(node)}`;
  report.error(path, node.offset, reason, { value: writtenValue(node) });
  return undefined;
}

function readBoolean(node: ConfigNode, path: string, report: ReadReport): boolean | undefined {
  if (node.kind === 'boolean') return node.value;
  if (node.kind === 'string') {
    const word = node.value.toLowerCase();
    if (trueWords.has(word)) return true;
    if (falseWords.has(word)) return false;
  }
  return reportKind('true or false', node, path, report);
}

function readString(node: ConfigNode, path: string, report: ReadReport): string | undefined {
  if (node.kind === 'string') {
    if (node.value.isWellFormed()) return node.value;
    report.error(path, node.offset, 'the string is not valid Unicode');
    return undefined;
  }
  if (node.kind !== 'number' && node.kind !== 'boolean') {
    return reportKind('a string', node, path, report);
  }
  const reason = `expected a string, found ${describeNode(node)}: put it in quotes`;
  report.error(path, node.offset, reason, { value: writtenValue(node) });
  return undefined;
}

function readBytes(node: ConfigNode, path: string, report: ReadReport): Uint8Array | undefined {
  if (node.kind !== 'string') return reportKind('base64 text', node, path, report);
  try {
    return base64Decode(node.value);
  } catch {
    report.error(path, node.offset, 'the value is not valid base64', { value: writtenValue(node) });
    return undefined;
  }
}

function readDouble(node: ConfigNode, path: string, report: ReadReport): number | undefined {
  if (node.kind === 'string' && /^(?:NaN|-?Infinity)$/.test(node.value)) return Number(node.value);
  if (!isNumeric(node)) return reportKind('a number', node, path, report);
  const value = Number(node.value);
  if (Number.isFinite(value)) return value;
  report.error(path, node.offset, 'the number is out of range', { value: writtenValue(node) });
  return undefined;
}

function readInteger(
  range: IntegerRange,
  node: ConfigNode,
  path: string,
  report: ReadReport,
): bigint | undefined {
  if (!isNumeric(node)) return reportKind('a whole number', node, path, report);
  const value = /[.eE]/.test(node.value) ? wholePart(node.value) : BigInt(node.value);
  if (value === undefined) {
    report.error(path, node.offset, 'expected a whole number', { value: writtenValue(node) });
    return undefined;
  }
  if (value >= range.min && value <= range.max) return value;
  const reason = `the number does not fit ${range.name} (${range.min} to ${range.max})`;
  report.error(path, node.offset, reason, { value: writtenValue(node) });
  return undefined;
}

function isNumeric(node: ConfigNode): node is NumberNode | StringNode {
  return node.kind === 'number' || (node.kind === 'string' && jsonNumber.test(node.value));
}

/** Numbers such as 1e3 and 5.0 are whole. */
function wholePart(text: string): bigint | undefined {
  const value = Number(text);
  return Number.isInteger(value) ? BigInt(value) : undefined;
}
