import fc from 'fast-check';
import t from 'tap';
import { HeadParser } from '#http/h1/head-parser.ts';
import { ByteWriter } from '#http/h2/byte-writer.ts';
import { FieldWriter } from '#http/h2/field-writer.ts';
import { fieldNameOf } from '#http/h2/hpack/field-name.ts';
import { HeaderField } from '#http/h2/hpack/header-field.ts';
import { HeaderList } from '#http/h2/hpack/header-list.ts';
import { HpackDecoder } from '#http/h2/hpack/hpack-decoder.ts';
import { HpackEncoder } from '#http/h2/hpack/hpack-encoder.ts';
import { DEFAULT_HTTP2_OPTIONS } from '#http/h2/http2-options.ts';
import { OpenBlock } from '#http/h2/open-block.ts';
import { RequestBlock } from '#http/h2/request-block.ts';
import {
  acquireRequestHeaders,
  acquireTrailers,
  releaseRequestHeaders,
  releaseTrailers,
} from '#http/header-pool.ts';
import { inlineRequestHeaders } from '#http/inline-headers.ts';
import { headerIdOf } from '#http/known-headers.ts';
import { recurringField } from '#http/recurring-fields.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { freshStats } from './endpoint-services.ts';
import { tableBytes } from './hpack/arbitraries.ts';
import { decodeAll } from './hpack/collected-fields.ts';
import { encodeBlock } from './hpack/encode-block.ts';
import { GreedyEncoder } from './hpack/greedy-encoder.ts';
import { ModelledMessage, type Row } from './modelled-message.ts';

const OPTIONS = { ...DEFAULT_HTTP2_OPTIONS, maxHeadersBytes: 1_000_000, maxHeadersCount: 1000 };
const SECRETS = new Set(['authorization', 'cookie', 'set-cookie']);
/* They are the same for all connections of a worker. */
const requestBlock = new RequestBlock();
const headerList = new HeaderList();
const stats = freshStats();

/** The proxy's end of a client's connection, and the client. */
class Client {
  readonly #decoder = new HpackDecoder();
  readonly #encoder: HpackEncoder | GreedyEncoder;

  constructor(isGreedy: boolean) {
    this.#encoder = isGreedy ? new GreedyEncoder() : new HpackEncoder();
  }

  /** A request arrives, in these fragments. */
  send(fields: readonly Row[], sizes: readonly number[], cuts: readonly number[]): RequestHeaders {
    const block = this.#encode(fields, sizes);
    const list = cuts.length === 0 ? this.#decodeWhole(block) : this.#decodeCut(block, cuts);
    const headers = acquireRequestHeaders();
    const defect = requestBlock.read(list, headers, false, OPTIONS, stats);
    if (defect !== undefined) throw new Error(defect);
    return headers;
  }

  #encode(fields: readonly Row[], sizes: readonly number[]): Buffer {
    const encoder = this.#encoder;
    for (const size of sizes) {
      const bytes = Math.min(size, 4096);
      if (encoder instanceof GreedyEncoder) encoder.resize(bytes);
      else encoder.setPeerTableSize(bytes);
    }
    if (encoder instanceof GreedyEncoder) return encoder.encode(fields);
    return encodeBlock(encoder, fields);
  }

  #decodeWhole(block: Buffer): HeaderList {
    headerList.begin(OPTIONS.maxHeadersCount + 1);
    const defect = this.#decoder.decode(block, 0, block.length, headerList);
    if (defect !== undefined) throw new Error(defect);
    return headerList;
  }

  #decodeCut(block: Buffer, cuts: readonly number[]): HeaderList {
    const open = new OpenBlock(1, 0, false, this.#decoder, OPTIONS);
    const places = cuts.map((cut) => cut % (block.length + 1)).sort((one, other) => one - other);
    let start = 0;
    for (const [index, end] of [...places, block.length].entries()) {
      const defect = open.add(block, start, end, index === places.length);
      if (defect !== undefined) throw new Error(defect);
      start = end;
    }
    return open.list;
  }
}

/** The proxy's end of a connection that many requests share, and the upstream. */
class Upstream {
  #writer = new FieldWriter(4096);
  #decoder = new HpackDecoder();

  /** The connection closes, and there is another one. */
  restart(): void {
    this.#writer.encoder.close();
    this.#writer = new FieldWriter(4096);
    this.#decoder = new HpackDecoder();
  }

  receive(headers: RequestHeaders, sizes: readonly number[], isCopied: boolean): readonly Row[] {
    const writer = this.#writer;
    for (const bytes of sizes) {
      writer.encoder.setPeerTableSize(bytes);
      this.#decoder.setTableSizeMax(bytes);
    }
    const out = new ByteWriter(1);
    writer.begin(out);
    writer.writeRequestLine(headers, undefined);
    if (isCopied) {
      const copy = acquireTrailers();
      copy.appendFrom(headers);
      writer.writeFields(copy);
      releaseTrailers(copy);
    } else {
      writer.writeFields(headers);
    }
    return decodeAll(this.#decoder, Buffer.from(out.buffer.subarray(0, out.length))).list;
  }
}

/** The same request as HTTP/1.1 has it, in another map. */
function passHttp1(headers: RequestHeaders): RequestHeaders {
  const bytes = Buffer.from(`${headers.toHttp1Lines()}\r\n`, 'latin1');
  const { method, path, scheme, authority } = headers;
  releaseRequestHeaders(headers);
  const parser = new HeadParser('trailers', 1_000_000, 1000);
  const parsed = acquireRequestHeaders();
  parser.begin(0);
  if (parser.parse(bytes, bytes.length, parsed) !== 'complete') throw new Error('not a head');
  parsed.setText(bytes.toString('latin1'));
  parsed.joinRepeats(inlineRequestHeaders);
  return Object.assign(parsed, { method, path, scheme, authority });
}

/** A message under way: what the proxy has of it, and what it must be like. */
interface Message {
  headers: RequestHeaders;
  readonly model: ModelledMessage;
  /** Its pseudo-headers. */
  line: readonly Row[];
}

const NAMES = [
  'accept',
  'accept-encoding',
  'authorization',
  'cookie',
  'date',
  'set-cookie',
  'user-agent',
  'via',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-one',
  'x-two',
  'x_three',
] as const;
const name = fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^y-[a-z]{0,8}$/));
const value = fc.oneof(
  fc.constantFrom('', 'a', 'gzip, deflate', 'b c\xff', 'w'.repeat(300), 'l'.repeat(2000)),
  { weight: 5, arbitrary: fc.nat({ max: 9 }).map((number) => `value-${number}`) },
);
const mark = fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true));
const fields = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(name, value, mark) },
    fc.constantFrom<Row>(['te', 'trailers', false], ['host', 'other.test', false]),
  ),
  { maxLength: 40, size: 'max' },
);
const line = fc.tuple(
  fc.constantFrom('GET', 'POST', 'PATCH'),
  fc.constantFrom('/', '/a', '/long?with=query'),
  mark,
  fc.constantFrom('http', 'https'),
  fc.constantFrom('a.test', 'b.test:8080'),
);
const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.constant([]) },
  fc.array(tableBytes, { maxLength: 3 }),
);
const place = fc.nat({ max: 7 });

const changedName = fc.oneof(
  { weight: 8, arbitrary: name },
  fc.constantFrom('connection', 'te', 'upgrade'),
);
const repeatedName = fc.constantFrom('date', 'via', 'x-forwarded-proto');
const change = fc.oneof(
  fc.record({ kind: fc.constantFrom('append', 'set', 'remove'), name: changedName, value }),
  fc.record({ kind: fc.constantFrom('appendMarked', 'removeIf'), name, value }),
  fc.record({
    kind: fc.constantFrom('appendRepeated', 'setRepeated'),
    name: repeatedName,
    value,
  }),
);
type Change = typeof change extends fc.Arbitrary<infer Each> ? Each : never;

function apply({ headers, model }: Message, { kind, name, value }: Change): void {
  const id = headerIdOf(name);
  switch (kind) {
    case 'append':
      headers.append(name, value);
      return model.append(name, value, false);
    case 'appendMarked':
      headers.appendField(new HeaderField(fieldNameOf(name), value, true));
      return model.append(name, value, true);
    case 'appendRepeated':
      headers.appendField(recurringField(id, value));
      return model.append(name, value, false);
    case 'set':
      headers.set(name, value);
      return model.set(name, value);
    case 'setRepeated':
      headers.setField(recurringField(id, value));
      return model.set(name, value);
    case 'remove':
      headers.remove(name);
      return model.removeIf((each) => each === name);
    default:
      headers.removeIf((each, text) => each === name && text === value);
      return model.removeIf((each, text) => each === name && text === value);
  }
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const),
      place,
      line,
      fields,
      sizes,
      cuts: fc.oneof(fc.constant([]), fc.array(fc.nat(), { maxLength: 6 })),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), place, change }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('forward' as const),
      place,
      sizes,
      isCopied: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constantFrom('release' as const, 'passHttp1' as const), place }),
  fc.record({ kind: fc.constant('restart' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

/** What is wrong with what the upstream got; nothing if it is as it must be. */
function difference(found: readonly Row[], wanted: readonly Row[]): string | undefined {
  for (let index = 0; index < Math.max(found.length, wanted.length); index++) {
    const one = found[index];
    const other = wanted[index];
    if (one?.[0] !== other?.[0] || one?.[1] !== other?.[1]) return `${one} instead of ${other}`;
    const [key, text, isMarked] = one as Row;
    const mustBeMarked = other?.[2] === true || (SECRETS.has(key) && text !== '');
    if (isMarked !== mustBeMarked) return `the mark of ${key}: ${text}`;
  }
  return undefined;
}

class Proxy {
  readonly #clients = [new Client(false), new Client(true), new Client(true)];
  readonly #upstream = new Upstream();
  readonly #messages: Message[] = [];

  take(step: Step): void {
    if (step.kind === 'arrive') return this.#arrive(step);
    if (step.kind === 'restart') return this.#upstream.restart();
    const index = step.place % Math.max(1, this.#messages.length);
    const message = this.#messages[index];
    if (message === undefined) return;
    if (step.kind === 'change') return apply(message, step.change);
    if (step.kind === 'forward') return this.#forward(message, step.sizes, step.isCopied);
    if (step.kind === 'passHttp1') return this.#passHttp1(message);
    releaseRequestHeaders(message.headers);
    this.#messages.splice(index, 1);
  }

  #arrive({ place, line, fields, sizes, cuts }: Extract<Step, { kind: 'arrive' }>): void {
    const client = this.#clients[place % this.#clients.length] as Client;
    const [method, path, isPathMarked, scheme, authority] = line;
    const pseudo: Row[] = [
      [':method', method, false],
      [':scheme', scheme, false],
      [':path', path, isPathMarked],
      [':authority', authority, false],
    ];
    const headers = client.send([...pseudo, ...fields], sizes, cuts);
    this.#messages.push({ headers, model: ModelledMessage.received(fields), line: pseudo });
  }

  #forward({ headers, model, line }: Message, sizes: readonly number[], isCopied: boolean): void {
    const found = this.#upstream.receive(headers, sizes, isCopied);
    const wrong = difference(found, [...line, ...model.forwarded]);
    if (wrong !== undefined) throw new Error(wrong);
  }

  #passHttp1(message: Message): void {
    if (message.headers.toHttp1Lines() !== message.model.http1Lines) throw new Error('lines');
    message.headers = passHttp1(message.headers);
    message.model.passHttp1();
    message.line = message.line.map(([name, value]) => [name, value, false]);
  }

  /** None of the maps was changed by what was done to another one. */
  check(): void {
    for (const { headers, model } of this.#messages) {
      const pairs: (readonly [string, string])[] = [];
      headers.forEach((name, value) => pairs.push([name, value]));
      const [found, wanted] = [JSON.stringify(pairs), JSON.stringify(model.pairs)];
      if (found !== wanted) throw new Error(`${found} instead of ${wanted}`);
      if (headers.size !== model.rows.length) throw new Error('size');
      for (const [name, value] of model.pairs.slice(0, 3)) {
        if (model.pairs.find(([each]) => each === name)?.[1] !== value) continue;
        if (headers.get(name) !== value) throw new Error(`get ${name}`);
      }
    }
  }

  end(): void {
    for (const { headers } of this.#messages) releaseRequestHeaders(headers);
  }
}

t.test('many clients share an upstream, and each message stays what it is', async () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const proxy = new Proxy();
      for (const each of steps) {
        proxy.take(each);
        proxy.check();
      }
      proxy.end();
    }),
    { numRuns: 300 },
  );
});
