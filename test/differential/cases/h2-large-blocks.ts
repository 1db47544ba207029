import {
  ask,
  block,
  body,
  fieldsOf,
  frame,
  http2,
  inPieces,
  open,
  receiveEnd,
  together,
} from '../harness/http2-script.ts';
import type { Scenario } from '../harness/scenario.ts';
import { pause } from '../harness/step.ts';
import { reply } from '../harness/upstream-script.ts';

const slow = { after: 'request' as const, steps: [pause(200), ...reply(200, 'late').steps] };
const plain = block(fieldsOf('GET', '/'));
const part = block([`x-a: ${'y'.repeat(14_000)}`]);
const second = [ask(101, 'GET', '/second'), receiveEnd(101)];
/** The proxy's SETTINGS are acknowledged, so that nothing comes between frames. */
const settled = [{ do: 'receiveSettings' } as const, pause(20)];

/** Header blocks of clients that are large, or come in many frames. */
export const largeBlocks: readonly Scenario[] = [
  {
    name: 'a header block above max_request_headers_kb',
    alone: true,
    manager: { max_request_headers_kb: 1 },
    client: [http2(ask(1, 'GET', '/', `x-a: ${'y'.repeat(2_000)}`), ...second)],
  },
  {
    name: 'a header block above 60 kB',
    alone: true,
    client: [
      http2(
        frame('HEADERS', 1, 1, plain),
        ...[1, 2, 3, 4, 5].map(() => frame('CONTINUATION', 0, 1, part)),
        frame('CONTINUATION', 4, 1, block(['x-end: 1'])),
        ...second,
      ),
    ],
  },
  {
    name: 'a header block of 150 kB',
    alone: true,
    client: [
      http2(
        frame('HEADERS', 1, 1, plain),
        ...Array.from({ length: 11 }, () => frame('CONTINUATION', 0, 1, part)),
        frame('CONTINUATION', 4, 1, ''),
        ...second,
      ),
    ],
  },
  {
    name: 'a header block of 1 MB',
    alone: true,
    client: [
      http2(
        ...settled,
        ...together(
          frame('HEADERS', 1, 1, plain),
          frame('CONTINUATION', 0, 1, part, 75),
          frame('CONTINUATION', 4, 1, block(['x-end: 1'])),
        ),
        receiveEnd(1),
        ...second,
      ),
    ],
  },
  ...(
    [
      ['a header block in 512 frames of one byte', 501],
      ['a header block in more frames of one byte than are allowed', 502],
    ] as const
  ).map(([name, length]) => ({
    name,
    alone: true,
    client: [
      http2(
        ...settled,
        ...together(
          frame('HEADERS', 1, 1, plain),
          ...inPieces('CONTINUATION', 1, block([`x-byte: ${'y'.repeat(length)}`]), 1),
        ),
        receiveEnd(1),
        ...second,
      ),
    ],
  })),
  ...[65_536, 65_537].map((length) => ({
    name: `a header value of ${length} bytes`,
    alone: true,
    manager: { max_request_headers_kb: 1_000 },
    client: [
      http2(
        ...inPieces('HEADERS', 1, block(fieldsOf('GET', '/', [`x-a: ${'y'.repeat(length)}`]))),
        receiveEnd(1),
        ...second,
      ),
    ],
  })),
  ...[65_536, 65_537].map((length) => ({
    name: `a header name of ${length} bytes`,
    alone: true,
    client: [
      http2(
        ...inPieces('HEADERS', 1, block(fieldsOf('GET', '/', [`${'y'.repeat(length)}: a`]))),
        receiveEnd(1),
        ...second,
      ),
    ],
  })),
  {
    name: 'a header block that is too large beside another request',
    alone: true,
    upstream: slow,
    client: [
      http2(
        ...settled,
        ask(1, 'GET', '/slow'),
        pause(30),
        frame('HEADERS', 1, 3, plain),
        frame('CONTINUATION', 0, 3, part, 10),
        pause(60),
        frame('CONTINUATION', 4, 3, block(['x-end: 1'])),
        receiveEnd(1, 3),
        ...second,
      ),
    ],
  },
  {
    name: 'a header block that comes in two steps',
    alone: true,
    client: [
      http2(
        ...settled,
        frame('HEADERS', 1, 1, plain),
        pause(50),
        frame('CONTINUATION', 4, 1, block(['x-end: 1'])),
        receiveEnd(1),
        ...second,
      ),
    ],
  },
  {
    name: 'a header block that is too large and does not end',
    alone: true,
    client: [
      http2(
        ...settled,
        frame('HEADERS', 1, 1, plain),
        frame('CONTINUATION', 0, 1, part, 10),
        receiveEnd(1),
        pause(50),
      ),
    ],
  },
  {
    name: 'trailers of 150 kB',
    alone: true,
    client: [
      http2(
        open(1, 'POST', '/'),
        body(1, 'x'),
        pause(40),
        frame('HEADERS', 1, 1, block(['x-t: 1'])),
        frame('CONTINUATION', 0, 1, part, 10),
        frame('CONTINUATION', 4, 1, ''),
        receiveEnd(1),
        ...second,
      ),
    ],
  },
  {
    name: 'a header block of 50 kB',
    alone: true,
    client: [
      http2(
        frame('HEADERS', 1, 1, plain),
        ...[1, 2, 3].map(() => frame('CONTINUATION', 0, 1, part)),
        frame('CONTINUATION', 4, 1, block(['x-end: 1'])),
        receiveEnd(1),
      ),
    ],
  },
];
