import { IS_FIELD_VALUE } from '#http/h1/octets.ts';
import {
  HUFFMAN_CODES,
  HUFFMAN_END_OF_STRING,
  HUFFMAN_LENGTHS,
} from '#http/h2/hpack/huffman-code.ts';

/*
 * A step of the automaton, packed: the state after the octet, up to two symbols that the octet
 * completes (the shortest code has five bits), how many they are, and what went wrong.
 */
const SECOND_SYMBOL_SHIFT = 16;
const COUNT_SHIFT = 24;
const IS_COMPUTED = 1 << 26;
const ENDS_STRING = 1 << 27;
const HAS_ILLEGAL = 1 << 28;

/** The inner nodes of the code tree, two numbers each: the next node, or ~symbol for a leaf. */
const tree: Int16Array = new Int16Array(HUFFMAN_LENGTHS.length * 2);
/** 1 for nodes where a string may end: at most seven one bits after the last symbol. */
const mayEnd: Uint8Array = new Uint8Array(HUFFMAN_LENGTHS.length);

function buildTree(): void {
  let nodes = 1;
  for (let symbol = 0; symbol < HUFFMAN_LENGTHS.length; symbol++) {
    const code = HUFFMAN_CODES[symbol] as number;
    let node = 0;
    for (let bit = (HUFFMAN_LENGTHS[symbol] as number) - 1; bit > 0; bit--) {
      const slot = node * 2 + ((code >>> bit) & 1);
      if (tree[slot] === 0) tree[slot] = nodes++;
      node = tree[slot] as number;
    }
    tree[node * 2 + (code & 1)] = ~symbol;
  }
  for (let depth = 0, node = 0; depth <= 7; depth++, node = tree[node * 2 + 1] as number) {
    mayEnd[node] = 1;
  }
}

buildTree();

/**
 * Steps by state and octet. They are computed when they are first needed: ordinary text meets a few
 * thousand of the 65,536, so most of these pages are never touched.
 */
const steps: Int32Array = new Int32Array(256 * 256);

function computeStep(state: number, octet: number): number {
  let node = state;
  let count = 0;
  let step = IS_COMPUTED;
  for (let bit = 7; bit >= 0; bit--) {
    const child = tree[node * 2 + ((octet >>> bit) & 1)] as number;
    if (child >= 0) {
      node = child;
      continue;
    }
    node = 0;
    const symbol = ~child;
    if (symbol === HUFFMAN_END_OF_STRING) {
      step |= ENDS_STRING;
      continue;
    }
    if (IS_FIELD_VALUE[symbol] === 0) step |= HAS_ILLEGAL;
    step |= symbol << (count === 0 ? 8 : SECOND_SYMBOL_SHIFT);
    count++;
  }
  step |= node | (count << COUNT_SHIFT);
  steps[(state << 8) | octet] = step;
  return step;
}

/** What `decodeHuffman` left of its last string: `scratch[0..length)`. */
export const decoded: { scratch: Buffer; length: number; hasIllegalOctet: boolean } = {
  scratch: Buffer.allocUnsafeSlow(4096),
  length: 0,
  hasIllegalOctet: false,
};

/**
 * Decodes a Huffman string (RFC 7541 section 5.2) into `decoded`, which the next call overwrites,
 * and tells whether it is well-formed: no end-of-string symbol, fewer than eight bits of padding,
 * all ones.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): boolean {
  // Eight bits hold at most 1.6 symbols; a step writes two, whatever it found.
  const needed = (end - start) * 2 + 2;
  if (needed > decoded.scratch.length) decoded.scratch = Buffer.allocUnsafeSlow(needed * 2);
  const out = decoded.scratch;
  let length = 0;
  let state = 0;
  let marks = 0;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    let step = steps[(state << 8) | octet] as number;
    if (step === 0) step = computeStep(state, octet);
    out[length] = step >>> 8;
    out[length + 1] = step >>> SECOND_SYMBOL_SHIFT;
    length += (step >>> COUNT_SHIFT) & 3;
    marks |= step;
    state = step & 0xff;
  }
  decoded.length = length;
  decoded.hasIllegalOctet = (marks & HAS_ILLEGAL) !== 0;
  return (marks & ENDS_STRING) === 0 && mayEnd[state] === 1;
}
