import t from 'tap';
import { SendQueue } from '#http/h2/send-queue.ts';
import type { Http2Stream } from '#http/h2/stream.ts';
import { GET, headers, reset, settings } from './frames.ts';
import { answer, Http2ServerHarness } from './server-harness.ts';

const INITIAL_WINDOW = 0x4;
const CANCEL = 8;

/** Streams of a connection that has no window left, the first of which took it all. */
function waiting(harness: Http2ServerHarness, count: number): Http2Stream[] {
  harness.feed(settings([INITIAL_WINDOW, 100_000]), headers(1, GET));
  answer(harness.last, Buffer.alloc(65_535));
  for (let id = 3; id < 3 + count * 2; id += 2) {
    harness.feed(headers(id, GET));
    answer(harness.last, 'body');
  }
  harness.frames();
  return harness.streams.slice(1).map(({ encoder }) => encoder as unknown as Http2Stream);
}

t.test('streams take turns in the order in which they came', async (t) => {
  const harness = new Http2ServerHarness();
  const [a, b, c] = waiting(harness, 3) as [Http2Stream, Http2Stream, Http2Stream];
  // They leave the queue of their own connection.
  harness.feed(reset(3, CANCEL), reset(5, CANCEL), reset(7, CANCEL));
  for (const gone of [a, b, c]) {
    const queue = new SendQueue();
    for (const stream of [a, b, c]) {
      queue.push(stream);
      queue.push(stream);
    }
    queue.remove(gone);
    queue.remove(gone);
    const left = [a, b, c].filter((stream) => stream !== gone);
    t.same([queue.shift()?.id, queue.shift()?.id], [left[0]?.id, left[1]?.id]);
    t.equal(queue.shift(), undefined);
    t.ok(queue.isEmpty);
  }
});

t.test('a stream that was given up does not wait for the window of its connection', async (t) => {
  const harness = new Http2ServerHarness();
  const streams = waiting(harness, 4);
  t.same(
    streams.map(({ isQueued }) => isQueued),
    [true, true, true, true],
  );
  harness.feed(reset(5, CANCEL), reset(9, CANCEL));
  t.same(
    streams.map(({ isQueued }) => isQueued),
    [true, false, true, false],
    'nobody would ever take it out',
  );
  t.equal(harness.codec.activeStreams, 2);
});
