import { createRequire } from 'node:module';

/** The part of Node's own parser (llhttp) that is used here. */
interface NodeParser {
  [callback: number]: unknown;
  initialize(type: number, resource: object, maxHeaderSize: number, lenientFlags: number): void;
  execute(bytes: Buffer): number | Error;
  close(): void;
}

interface NodeParserClass {
  new (): NodeParser;
  readonly REQUEST: number;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as {
  readonly HTTPParser: NodeParserClass;
  readonly methods: readonly string[];
};

/** One message as llhttp reads it. */
export interface NodeMessage {
  /** Of a request. */
  method: string;
  url: string;
  /** Of a response. */
  status: number;
  minorVersion: number;
  /** Names and values in turn. */
  fields: string[];
  body: string;
  trailers: string[];
  isComplete: boolean;
}

export interface NodeReading {
  readonly messages: NodeMessage[];
  /** llhttp's code of what it refused, if anything. */
  readonly error: string | undefined;
}

/** Reads bytes with llhttp in its strict mode, all at once. */
export function readWithNode(kind: 'request' | 'response', bytes: Buffer): NodeReading {
  const parser = new HTTPParser();
  parser.initialize(
    kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE,
    {},
    1_000_000,
    0,
  );
  const messages: NodeMessage[] = [];
  const current = (): NodeMessage => messages.at(-1) as NodeMessage;
  // What the parser tells in parts comes here first.
  let early: string[] = [];
  let earlyUrl = '';
  const begin = (
    fields: string[],
    method: number,
    url: string,
    status: number,
    minorVersion: number,
  ): void => {
    messages.push({
      method: methods[method] ?? '',
      url: url === '' ? earlyUrl : url,
      status,
      minorVersion,
      fields: [...early, ...fields],
      body: '',
      trailers: [],
      isComplete: false,
    });
    early = [];
    earlyUrl = '';
  };
  parser[HTTPParser.kOnHeaders] = (fields: string[], url: string) => {
    const last = messages.at(-1);
    if (last === undefined || last.isComplete) {
      early.push(...fields);
      earlyUrl += url;
    } else last.trailers.push(...fields);
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    minor: number,
    fields: string[],
    method: number,
    url: string,
    status: number,
  ) => begin(fields ?? [], method, url ?? '', status ?? 0, minor);
  parser[HTTPParser.kOnBody] = (body: Buffer) => {
    current().body += body.toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    current().isComplete = true;
  };
  const outcome = parser.execute(Buffer.from(bytes));
  parser.close();
  const error =
    outcome instanceof Error ? ((outcome as Error & { code?: string }).code ?? 'error') : undefined;
  return { messages, error };
}
