import t from 'tap';
import { Clock } from '#base/clock.ts';
import { type CloseReason, Connection, type ConnectionEvents } from '#network/connection.ts';
import { EventTurn } from '#network/event-turn.ts';
import { ScriptedTransport } from './scripted-transport.ts';

const LIMIT_BYTES = 1000;

class Harness implements ConnectionEvents {
  readonly transport = new ScriptedTransport();
  readonly heard: string[] = [];
  readonly connection: Connection;
  sentBytes = 0;
  #flush: (() => void) | undefined = undefined;

  constructor(state: 'connecting' | 'open' = 'open', limitBytes: number = LIMIT_BYTES) {
    const clock = new Clock(
      () => 0,
      () => 0,
    );
    const turn = new EventTurn(clock, (run) => {
      this.#flush = run;
    });
    this.connection = new Connection(this.transport, turn, this, state, limitBytes);
  }

  settle(): void {
    const flush = this.#flush;
    this.#flush = undefined;
    flush?.();
  }

  get isTurnEndWanted(): boolean {
    return this.#flush !== undefined;
  }

  onBytes(bytes: Buffer, length: number): void {
    this.heard.push(`bytes ${bytes.toString('latin1', 0, length)}`);
  }

  onEnd(): void {
    this.heard.push('end');
  }

  onClose(reason: CloseReason, systemError: string | undefined): void {
    this.heard.push(`close ${reason} ${systemError}`);
  }

  onSent(length: number): void {
    this.sentBytes += length;
  }

  onAboveWriteBufferHighWatermark(): void {
    this.heard.push('above');
  }

  onBelowWriteBufferLowWatermark(): void {
    this.heard.push('below');
  }
}

t.test('what is written in a turn leaves in one write at its end', async (t) => {
  const each = new Harness();
  each.connection.write('head,');
  each.connection.writeBytes(Buffer.from('body,'));
  each.connection.write('end');
  t.same(each.transport.writes, []);
  t.equal(each.connection.bufferedBytes, 13);
  each.settle();
  t.same(each.transport.writes, ['head,body,end']);
  t.equal(each.sentBytes, 13);
  t.equal(each.connection.bufferedBytes, 0);
  t.equal(each.isTurnEndWanted, false);
});

t.test('large bytes leave at once, behind the text before them', async (t) => {
  const harness = new Harness();
  harness.connection.write('head,');
  harness.connection.writeBytes(Buffer.alloc(20_000, 'x'));
  t.same(harness.transport.writes, [`head,${'x'.repeat(20_000)}`]);
  harness.settle();
  t.equal(harness.transport.writes.length, 1);
});

t.test('much text does not wait for the end of the turn', async (t) => {
  const harness = new Harness();
  for (let count = 0; count < 10; count++) harness.connection.writeBytes(Buffer.alloc(16_384));
  t.equal(harness.transport.writes.length, 2);
  harness.settle();
  t.equal(harness.transport.sent.length, 163_840);
  t.equal(harness.sentBytes, 163_840);
});

t.test('bytes may be overwritten as soon as they were written', async (t) => {
  const harness = new Harness();
  const bytes = Buffer.from('mine');
  harness.connection.writeBytes(bytes);
  bytes.fill(0);
  harness.settle();
  t.equal(harness.transport.sent, 'mine');
});

t.test('nothing leaves before the connection is up', async (t) => {
  const harness = new Harness('connecting');
  harness.connection.write('head,');
  harness.connection.writeBytes(Buffer.alloc(20_000, 'x'));
  harness.settle();
  t.same(harness.transport.writes, []);
  harness.connection.markConnected();
  harness.settle();
  t.equal(harness.transport.sent, `head,${'x'.repeat(20_000)}`);
});

t.test(
  'a writer of its own is asked at the end of the turn, and its buffer is its own',
  async (t) => {
    const harness = new Harness();
    const { connection, transport } = harness;
    const shared = Buffer.from('frames');
    const outcomes: boolean[] = [];
    const writer = { flushTurn: () => outcomes.push(connection.writeShared(shared)) };
    connection.write('text,');
    connection.flushAtTurnEnd(writer);
    t.same(transport.writes, []);
    harness.settle();
    t.same(transport.writes, ['text,', 'frames'], 'in order');
    t.equal(harness.sentBytes, 11);
    transport.isStuck = true;
    connection.flushAtTurnEnd(writer);
    harness.settle();
    t.same(outcomes, [true, false]);
    t.equal(connection.bufferedBytes, 6);
  },
);

t.test('shared bytes count for the watermarks', async (t) => {
  const harness = new Harness();
  harness.transport.isStuck = true;
  harness.connection.writeShared(Buffer.alloc(LIMIT_BYTES + 1));
  t.same(harness.heard, ['above']);
  harness.transport.drain();
  t.same(harness.heard, ['above', 'below']);
});

t.test('shared bytes wait for the connection like text', async (t) => {
  const harness = new Harness('connecting');
  const bytes = Buffer.from('preface');
  t.equal(harness.connection.writeShared(bytes), true);
  bytes.fill('?');
  t.same(harness.transport.writes, []);
  harness.connection.markConnected();
  harness.settle();
  t.same(harness.transport.writes, ['preface']);
});

t.test('finishing asks the writer once more', async (t) => {
  const harness = new Harness();
  const { connection, transport } = harness;
  connection.flushAtTurnEnd({ flushTurn: () => connection.writeShared(Buffer.from('last')) });
  connection.finish(true);
  t.same(transport.writes, ['last']);
  t.equal(transport.state, 'destroyed');
  harness.settle();
  t.same(transport.writes, ['last'], 'what is written behind the end is lost');
  t.equal(connection.writeShared(Buffer.from('x')), true);
});

t.test('pauses are counted', async (t) => {
  const { connection, transport } = new Harness();
  t.equal(transport.isReading, false, 'nobody is ready to hear yet');
  connection.startReading();
  t.equal(transport.isReading, true);
  connection.readDisable(true);
  connection.readDisable(true);
  t.equal(transport.isReading, false);
  connection.readDisable(false);
  t.equal(transport.isReading, false);
  connection.readDisable(false);
  t.equal(transport.isReading, true);
});

t.test('a pause before reading began holds', async (t) => {
  const { connection, transport } = new Harness();
  connection.readDisable(true);
  connection.startReading();
  t.equal(transport.isReading, false);
  connection.readDisable(false);
  t.equal(transport.isReading, true);
});

t.test('the watermarks are the limit and half of it', async (t) => {
  const harness = new Harness();
  harness.transport.isStuck = true;
  harness.connection.write('x'.repeat(1000));
  harness.settle();
  t.same(harness.heard, [], 'exactly the limit');
  harness.connection.write('x');
  harness.settle();
  t.same(harness.heard, ['above']);
  t.equal(harness.connection.isAboveHighWatermark, true);
  harness.connection.write('more');
  harness.settle();
  t.same(harness.heard, ['above'], 'once');
  harness.transport.drain(504);
  t.same(harness.heard, ['above'], '501 are more than half');
  harness.transport.drain(1);
  t.same(harness.heard, ['above', 'below']);
  t.equal(harness.connection.isAboveHighWatermark, false);
  harness.transport.drain();
  t.same(harness.heard, ['above', 'below'], 'once');
});

t.test('a limit of 0 is no limit', async (t) => {
  const harness = new Harness('open', 0);
  harness.transport.isStuck = true;
  harness.connection.write('x'.repeat(100_000));
  harness.settle();
  t.same(harness.heard, []);
});

t.test('finishing sends what is queued, and then drops what still comes', async (t) => {
  const harness = new Harness();
  harness.connection.startReading();
  harness.connection.readDisable(true);
  harness.connection.write('last words');
  harness.connection.finish(false);
  t.equal(harness.transport.sent, 'last words');
  t.equal(harness.transport.state, 'open');
  t.equal(harness.transport.isReading, true);
  harness.transport.feed('ignored');
  harness.connection.write('too late');
  harness.settle();
  t.equal(harness.transport.sent, 'last words');
  harness.transport.feedEnd();
  t.same(harness.heard, ['end']);
  harness.connection.destroy('remote');
  harness.transport.close();
  t.same(harness.heard, ['end', 'close remote undefined']);
});

t.test('finishing may end the connection as soon as everything is sent', async (t) => {
  const idle = new Harness();
  idle.connection.write('all');
  idle.connection.finish(true);
  t.equal(idle.transport.sent, 'all');
  t.equal(idle.transport.state, 'destroyed');

  const stuck = new Harness();
  stuck.transport.isStuck = true;
  stuck.connection.write('much');
  stuck.connection.finish(true);
  t.equal(stuck.transport.state, 'open');
  stuck.transport.drain(1);
  t.equal(stuck.transport.state, 'open', 'some of it is still to go');
  stuck.transport.drain();
  t.equal(stuck.transport.state, 'destroyed');
});

t.test('says who ended the connection', async (t) => {
  const ends: readonly (readonly [(harness: Harness) => void, string])[] = [
    [({ connection }) => connection.destroy(), 'close local undefined'],
    [({ connection }) => connection.destroy('remote'), 'close remote undefined'],
    [({ connection }) => connection.reset(), 'close local undefined'],
    [() => {}, 'close remote undefined'],
  ];
  for (const [end, expected] of ends) {
    const harness = new Harness();
    end(harness);
    harness.transport.close();
    harness.transport.close();
    t.same(harness.heard, [expected]);
    t.equal(harness.connection.isOpen, false);
  }
  const broken = new Harness();
  broken.transport.close('ECONNRESET');
  t.same(broken.heard, ['close reset ECONNRESET']);
});

t.test(
  'whoever asked for the end of the turn is called once, in the order of asking',
  async (t) => {
    const harness = new Harness();
    const calls: string[] = [];
    harness.connection.write('first');
    harness.connection.atTurnEnd({
      flushTurn: () => {
        calls.push(harness.transport.takeSent());
        harness.connection.write('second');
      },
    });
    harness.settle();
    t.same(calls, ['first']);
    t.equal(harness.transport.sent, 'second', 'what is written meanwhile leaves in the same turn');
  },
);
