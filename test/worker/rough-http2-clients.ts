import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
  constants,
} from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

const BODY = Buffer.alloc(100_000, 'b');
/** More than a request takes that all timeouts apply to. */
const PATIENCE_MS = 2000;

/** What clients ask for: paths, and whether there is a body. */
export const HTTP2_QUESTIONS: readonly (readonly [path: string, hasBody: boolean])[] = [
  ['/ok', false],
  ['/close', false],
  ['/big', false],
  ['/drip', false],
  ['/echo', true],
  ['/early', true],
  ['/interim', false],
  ['/resetAtOnce', false],
  ['/resetInBody', false],
  ['/garbage', false],
  ['/hang', false],
  ['/hang', true],
  ['/refused', true],
  ['/direct', true],
  ['/moved', false],
  ['/nowhere', false],
  ['/ok#fragment', false],
];

type Ask = (path: string, hasBody: boolean) => ClientHttp2Stream;

interface Http2Manner {
  readonly options?: ClientSessionOptions;
  play(ask: Ask, path: string, hasBody: boolean, session: ClientHttp2Session): Promise<void>;
}

/** Resolves when the stream is over, or patience is. */
async function over(stream: ClientHttp2Stream): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    stream.on('close', resolve);
  });
  await Promise.race([ended, sleep(PATIENCE_MS)]);
}

async function headed(stream: ClientHttp2Stream): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    stream.once('response', () => resolve()).once('close', resolve);
  });
  await Promise.race([answered, sleep(PATIENCE_MS)]);
}

/** How clients ask, and how they go. */
export const HTTP2_MANNERS: Readonly<Record<string, Http2Manner>> = {
  'asks three times at once and reads everything': {
    async play(ask, path, hasBody) {
      const streams = [ask(path, hasBody), ask(path, hasBody), ask('/ok', false)];
      for (const stream of streams) stream.resume();
      await Promise.all(streams.map(over));
    },
  },
  'cancels at once, and asks for something else': {
    async play(ask, path, hasBody) {
      const cancelled = ask(path, hasBody);
      cancelled.close(constants.NGHTTP2_CANCEL);
      const other = ask('/ok', false).resume();
      await Promise.all([over(cancelled), over(other)]);
    },
  },
  'cancels when the answer begins': {
    async play(ask, path, hasBody) {
      const stream = ask(path, hasBody);
      await headed(stream);
      stream.close(constants.NGHTTP2_CANCEL);
      await over(stream);
    },
  },
  'leaves at once': {
    async play(ask, path, hasBody, session) {
      ask(path, hasBody);
      ask('/big', false);
      await sleep(5);
      session.destroy();
    },
  },
  'leaves in the answer': {
    async play(ask, path, hasBody, session) {
      await headed(ask(path, hasBody));
      session.destroy();
    },
  },
  'does not take its answer, and leaves': {
    options: { settings: { initialWindowSize: 0 } },
    async play(ask, path, hasBody, session) {
      const streams = [ask(path, hasBody), ask('/big', false)];
      await Promise.all(streams.map(headed));
      await sleep(20);
      session.destroy();
    },
  },
  'does not take its answer, and cancels': {
    options: { settings: { initialWindowSize: 10 } },
    async play(ask, path, hasBody) {
      const streams = [ask(path, hasBody), ask('/big', false)];
      await Promise.all(streams.map(headed));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      await Promise.all(streams.map(over));
    },
  },
  'never ends its body': {
    async play(ask, path, _hasBody, session) {
      const stream = ask(path, true).resume();
      await Promise.race([over(stream), sleep(200)]);
      session.destroy();
    },
  },
};

/** One client: asks in its manner, and is gone. */
export async function playHttp2(
  port: number,
  { options, play }: Http2Manner,
  path: string,
  hasBody: boolean,
): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`, options);
  session.on('error', () => {});
  await new Promise((resolve) => {
    session.once('connect', resolve);
  });
  const ask: Ask = (path, hasBody) => {
    const stream = session.request({ ':path': path, ':method': hasBody ? 'POST' : 'GET' });
    stream.on('error', () => {});
    if (hasBody) stream.end(BODY);
    else stream.end();
    return stream;
  };
  await play(ask, path, hasBody, session);
  if (!session.destroyed) session.destroy();
}
