import { Flag, FrameType } from '#http/h2/frame-type.ts';
import {
  block,
  data,
  END_HEADERS,
  END_STREAM,
  type Field,
  frame,
  goAway,
  headers,
  ping,
  reset,
  settings,
  uint32,
  windowUpdate,
} from '../http/h2/frames.ts';
import type { Choices } from '../soak/random.ts';

const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'CONNECT'];
const NAMES = ['accept', 'cookie', 'x-a', 'x-b', 'te', 'user-agent', 'a_b'];
const BAD_NAMES = ['X-A', '', ':path', ':status', ':new', 'connection', 'x a', 'content-length'];
const VALUES = ['', '0', '3', 'trailers', 'some value', 'a=1', 'v'.repeat(300)];
const BAD_VALUES = ['a\nb', ' a', 'a\0', '99999999999999999999', 'gzip'];

/** What a fuzzed connection remembers of itself. */
export class Conversation {
  nextId = 1;
  /** Streams on which something may still be sent. */
  open: number[] = [];

  idOf(choices: Choices): number {
    if (choices.chance(0.005)) return choices.between(0, 40);
    return this.open.length === 0 ? Math.max(this.nextId - 2, 1) : choices.of(this.open);
  }

  /** Mostly nothing more is sent behind an end. */
  ended(id: number, choices: Choices): void {
    if (choices.chance(0.95)) this.open = this.open.filter((each) => each !== id);
  }
}

function fields(choices: Choices, head: readonly Field[]): Field[] {
  const all = [...head];
  for (let count = choices.between(0, 4); count > 0; count--) {
    const isBad = choices.chance(0.01);
    const name = isBad && choices.chance(0.5) ? choices.of(BAD_NAMES) : choices.of(NAMES);
    const value = isBad ? choices.of(BAD_VALUES) : choices.of(VALUES);
    all.push([name, name === 'te' && !isBad ? 'trailers' : value]);
  }
  if (choices.chance(0.01)) all.splice(choices.between(0, all.length - 1), 1);
  return all;
}

export function randomRequest(conversation: Conversation, choices: Choices): Buffer {
  const id = conversation.nextId;
  conversation.nextId += choices.chance(0.003) ? 1 : 2;
  conversation.open.push(id);
  const method = choices.of(METHODS);
  const target: Field[] =
    method === 'CONNECT'
      ? []
      : [
          [':scheme', 'http'],
          [':path', choices.chance(0.01) ? 'bad path' : '/path'],
        ];
  const list = fields(choices, [[':method', method], ...target, [':authority', 'example.test']]);
  const end = choices.chance(0.4) ? END_STREAM : 0;
  if (end !== 0) conversation.ended(id, choices);
  return headBlock(id, list, end, choices);
}

export function randomResponse(conversation: Conversation, choices: Choices): Buffer {
  const status = choices.chance(0.02)
    ? choices.of(['101', '20'])
    : choices.of(['200', '200', '200', '204', '304', '103', '404']);
  const id = conversation.idOf(choices);
  const list = fields(choices, [[':status', status]]);
  const end = status !== '103' && choices.chance(0.3) ? END_STREAM : 0;
  if (end !== 0) conversation.ended(id, choices);
  return headBlock(id, list, end, choices);
}

function largeFields(choices: Choices): Field[] {
  return Array.from({ length: choices.between(1, 40) }, () => ['x-large', choices.of(VALUES)]);
}

/** A header block in one frame or several. */
function headBlock(id: number, list: readonly Field[], flags: number, choices: Choices): Buffer {
  if (choices.chance(0.7)) return headers(id, list, flags | END_HEADERS);
  // Some are above the limits, which is seen before their end, and some come nearly octet by octet.
  const all = choices.chance(0.05) ? [...list, ...largeFields(choices)] : list;
  const octets = block(all);
  const pieces = choices.chance(0.05)
    ? choices.cut(octets, 100).filter((piece) => piece.length > 0)
    : choices.cut(octets, choices.between(1, 4));
  const frames = pieces.map((piece, index) => {
    const end = index === pieces.length - 1 && !choices.chance(0.02) ? END_HEADERS : 0;
    return index === 0
      ? frame(FrameType.HEADERS, flags | end, id, piece)
      : frame(FrameType.CONTINUATION, end, id, piece);
  });
  if (choices.chance(0.02)) frames.splice(1, 0, ping());
  return Buffer.concat(frames);
}

/** Anything but a head. */
export function randomFrame(conversation: Conversation, choices: Choices): Buffer {
  const id = conversation.idOf(choices);
  const kind = choices.weighted({
    data: 400,
    padded: 50,
    trailers: 40,
    window: 200,
    reset: 40,
    settings: 60,
    ping: 40,
    priority: 20,
    goAway: 5,
    unknown: 10,
    garbage: 2,
  });
  const end = choices.chance(0.2) ? END_STREAM : 0;
  const ends =
    kind === 'data' || kind === 'padded' ? end !== 0 : kind === 'trailers' || kind === 'reset';
  if (ends) conversation.ended(id, choices);
  switch (kind) {
    case 'data':
      return data(
        id,
        Buffer.alloc(choices.of([1, 10, 100, 1000, 1000, choices.of([0, 16_384])]), 'd'),
        end,
      );
    case 'padded': {
      const padding = choices.between(0, 20);
      const body = Buffer.alloc(choices.between(0, 30) + (choices.chance(0.98) ? padding : 0));
      return frame(
        FrameType.DATA,
        Flag.PADDED | end,
        id,
        Buffer.concat([Buffer.from([padding]), body]),
      );
    }
    case 'trailers':
      return headBlock(id, fields(choices, []), choices.chance(0.97) ? END_STREAM : 0, choices);
    case 'window':
      return windowUpdate(
        choices.chance(0.4) ? 0 : id,
        choices.chance(0.005)
          ? choices.of([0, 0x7fff_ffff])
          : choices.of([1, 100, 20_000, 1_000_000]),
      );
    case 'reset':
      return reset(id, choices.between(0, 14));
    case 'settings':
      return settings(
        choices.of([
          [4, choices.of([0, 1, 1000, 65_535, 1_000_000])],
          [1, choices.of([0, 100, 4096, 65_536])],
          [5, choices.of([16_384, 20_000])],
          [3, choices.between(0, 10)],
          [8, 1],
          [0x77, 1],
        ] as const),
      );
    case 'ping':
      return ping('fuzzfuzz', choices.between(0, 1));
    case 'priority':
      return frame(FrameType.PRIORITY, 0, id, Buffer.concat([uint32(0), Buffer.from([1])]));
    case 'goAway':
      return goAway(choices.between(0, 20), choices.between(0, 3));
    case 'unknown':
      return frame(choices.between(10, 255), choices.between(0, 255), id, 'anything');
    case 'garbage': {
      const bytes = Buffer.from(
        Array.from({ length: choices.between(1, 30) }, () => choices.between(0, 255)),
      );
      return choices.chance(0.5)
        ? bytes
        : frame(choices.between(0, 9), choices.between(0, 255), id, bytes);
    }
  }
}
