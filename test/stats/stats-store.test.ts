import fc from 'fast-check';
import t from 'tap';
import { SlotAllocator } from '#stats/slot-allocator.ts';
import { defineStatGroup } from '#stats/stat-group.ts';
import { SEGMENT_SLOTS } from '#stats/stat-memory.ts';
import { StatsStore } from '#stats/stats-store.ts';
import { WorkerStats } from '#stats/worker-stats.ts';

const group = defineStatGroup('store_test', {
  counters: ['total', 'failed'],
  gauges: ['active'],
  histograms: ['time'],
});
const { field } = group;

/** A worker in the same thread: what it announces arrives at once when it is flushed. */
function addWorker(store: StatsStore, id: number): WorkerStats {
  const worker = new WorkerStats((announcement) => store.acceptAnnouncement(id, announcement));
  worker.addSegments(store.registerWorker(id).segments);
  return worker;
}

t.test('counters and gauges are summed over threads, main included', async (t) => {
  const store = new StatsStore();
  const address = store.allocate(group, 'a.');
  for (const id of [1, 2]) {
    const block = addWorker(store, id).block(group, address, 'a.');
    block.inc(field.total);
    block.set(field.active, id);
  }
  store.block(group, 'a.').add(field.total, 10);
  const { counters, gauges } = store.snapshot();
  t.equal(counters.get('a.total'), 12);
  t.equal(counters.get('a.failed'), 0);
  t.equal(gauges.get('a.active'), 3);
  t.equal(store.read(address, field.total), 12);
});

t.test('the same group and prefix is the same block', async (t) => {
  const store = new StatsStore();
  t.equal(store.allocate(group, 'a.'), store.allocate(group, 'a.'));
  t.not(store.allocate(group, 'a.'), store.allocate(group, 'b.'));
});

t.test('what was announced for the same name by several threads is one statistic', async (t) => {
  const store = new StatsStore();
  for (const id of [1, 2]) {
    const worker = addWorker(store, id);
    worker.counter('rq_503').add(id);
    worker.gauge('queue').set(id);
    worker.histogram('size').record(id);
    worker.announceNow();
  }
  const { counters, gauges, histograms } = store.snapshot();
  t.equal(counters.get('rq_503'), 3);
  t.equal(gauges.get('queue'), 3);
  t.equal(histograms.get('size')?.sum, 3);
});

t.test('an announcement goes out at the end of the turn, once for all', async (t) => {
  const sizes: number[] = [];
  const worker = new WorkerStats(({ stats }) => sizes.push(stats.length));
  worker.counter('a');
  worker.counter('b');
  worker.counter('a');
  t.strictSame(sizes, []);
  await Promise.resolve();
  t.strictSame(sizes, [2]);
});

t.test('a worker that ended leaves counters and histograms and takes gauges', async (t) => {
  const store = new StatsStore();
  const address = store.allocate(group, 'a.');
  const worker = addWorker(store, 1);
  const block = worker.block(group, address, 'a.');
  block.add(field.total, 7);
  block.set(field.active, 5);
  block.record(field.time, 12_345);
  block.counter('rq_200').add(3);
  worker.gauge('queue').set(9);
  worker.announceNow();
  const before = store.snapshot();
  store.workerEnded(1);
  const after = store.snapshot();
  t.strictSame([...after.counters], [...before.counters]);
  t.strictSame(after.histograms, before.histograms);
  t.equal(after.gauges.get('a.active'), 0);
  t.equal(after.gauges.get('queue'), 0);
  t.doesNotThrow(() => store.workerEnded(1), 'a second notice changes nothing');
  t.strictSame([...store.snapshot().counters], [...before.counters]);
});

t.test('what a dead worker wrote stays used, what it did not stays unused', async (t) => {
  const store = new StatsStore();
  const address = store.allocate(group, 'a.');
  const block = addWorker(store, 1).block(group, address, 'a.');
  block.set(field.active, 0);
  store.workerEnded(1);
  const used = [...store.view.entries({ list: 'scalars', usedOnly: true })];
  t.strictSame(
    used.map(({ name }) => name),
    ['a.active'],
  );
});

t.test('announcements of a worker that ended have no effect', async (t) => {
  const store = new StatsStore();
  const worker = addWorker(store, 1);
  store.workerEnded(1);
  worker.counter('late').inc();
  worker.announceNow();
  t.equal(store.snapshot().counters.get('late'), undefined);
});

t.test('a block of a worker’s own is shown once it is there, and summed', async (t) => {
  const store = new StatsStore();
  const workers = [addWorker(store, 1), addWorker(store, 2)] as const;
  t.equal(store.snapshot().counters.size, 0);
  for (const worker of workers) {
    const block = worker.ownBlock(group, 'own.');
    t.equal(worker.ownBlock(group, 'own.'), block);
    block.inc(field.total);
    block.set(field.active, 3);
    block.record(field.time, 5);
    block.counter('other').inc();
    worker.announceNow();
  }
  const { counters, gauges, histograms } = store.snapshot();
  t.equal(counters.get('own.total'), 2);
  t.equal(counters.get('own.failed'), 0);
  t.equal(counters.get('own.other'), 2);
  t.equal(gauges.get('own.active'), 6);
  t.equal(histograms.get('own.time')?.sum, 10);
  store.workerEnded(1);
  t.equal(store.snapshot().counters.get('own.total'), 2);
  t.equal(store.snapshot().gauges.get('own.active'), 3);
});

t.test('own blocks never cross the end of a segment', async (t) => {
  const store = new StatsStore();
  const worker = addWorker(store, 1);
  const count = Math.ceil(SEGMENT_SLOTS / group.slotCount) + 1;
  for (let index = 0; index < count; index++) worker.ownBlock(group, `${index}.`).inc(field.total);
  worker.announceNow();
  const { counters } = store.snapshot();
  t.equal([...counters.values()].filter((value) => value === 1).length, count);
});

t.test('a released block vanishes with its last user, and what was named with it', async (t) => {
  const store = new StatsStore();
  const address = store.allocate(group, 'a.');
  store.allocate(group, 'a.');
  const worker = addWorker(store, 1);
  worker.block(group, address, 'a.').counter('rq_200').inc();
  worker.announceNow();
  store.release(address);
  t.equal(store.snapshot().counters.get('a.rq_200'), 1);
  store.release(address);
  t.equal(store.snapshot().counters.size, 0);
  worker.block(group, address, 'a.').counter('rq_404').inc();
  worker.announceNow();
  t.equal(store.snapshot().counters.size, 0, 'a late announcement shows nothing');
});

t.test('memory is used again when every worker has dropped it, and is clean', async (t) => {
  const store = new StatsStore();
  const address = store.allocate(group, 'a.');
  const workers = [addWorker(store, 1), addWorker(store, 2), addWorker(store, 3)] as const;
  for (const worker of workers) worker.block(group, address, 'a.').inc(field.total);
  store.release(address);
  t.not(store.allocate(group, 'b.'), address);
  workers[0].drop(address);
  workers[0].announceNow();
  t.not(store.allocate(group, 'c.'), address, 'one worker is not enough');
  workers[1].drop(address);
  workers[1].announceNow();
  store.workerEnded(3);
  t.equal(store.allocate(group, 'd.'), address, 'the third one ended');
  t.equal(store.snapshot().counters.get('d.total'), 0);
  const used = [...store.view.entries({ list: 'scalars', usedOnly: true })];
  t.strictSame(used, []);
});

t.test('a name starts again at 0 after its block was dropped', async (t) => {
  const store = new StatsStore();
  const worker = addWorker(store, 1);
  for (const round of [1, 2]) {
    const address = store.allocate(group, 'a.');
    worker.addSegments(store.takeNewSegments(1));
    const block = worker.block(group, address, 'a.');
    block.counter('rq_200').add(round);
    block.record(field.time, round);
    worker.announceNow();
    t.equal(store.snapshot().counters.get('a.rq_200'), round);
    t.equal(store.snapshot().histograms.get('a.time')?.count, 1);
    store.release(address);
    worker.drop(address);
    worker.announceNow();
  }
});

t.test('a worker gets only the segments that it does not have', async (t) => {
  const large = defineStatGroup('large', {
    counters: Array.from({ length: SEGMENT_SLOTS - 1 }, (_one, index) => `c${index}`),
  });
  const store = new StatsStore();
  store.allocate(large, 'a.');
  const worker = addWorker(store, 1);
  t.equal(store.takeNewSegments(1).length, 0);
  const address = store.allocate(large, 'b.');
  const segments = store.takeNewSegments(1);
  t.equal(segments.length, 1);
  worker.addSegments(segments);
  worker.block(large, address, 'b.').inc(5);
  t.equal(store.snapshot().counters.get('b.c5'), 1);
  t.equal(store.takeNewSegments(1).length, 0);
});

t.test('hidden blocks are read and not shown', async (t) => {
  const store = new StatsStore();
  const address = store.allocateHidden(group);
  const worker = addWorker(store, 1);
  worker.block(group, address, '').add(field.total, 4);
  t.equal(store.read(address, field.total), 4);
  t.equal(store.snapshot().counters.size, 0);
  store.workerEnded(1);
  t.equal(store.read(address, field.total), 4);
  store.release(address);
  t.equal(store.read(address, field.total), 0);
});

t.test('reset counters count on from 0, also through the end of a worker', async (t) => {
  const store = new StatsStore();
  const address = store.allocate(group, 'a.');
  const worker = addWorker(store, 1);
  const block = worker.block(group, address, 'a.');
  const named = block.counter('rq_200');
  block.add(field.total, 5);
  named.add(5);
  worker.announceNow();
  store.resetCounters();
  t.equal(store.snapshot().counters.get('a.total'), 0);
  block.inc(field.total);
  named.inc();
  store.resetCounters();
  block.add(field.total, 2);
  named.add(2);
  store.workerEnded(1);
  t.equal(store.snapshot().counters.get('a.total'), 2);
  t.equal(store.snapshot().counters.get('a.rq_200'), 2);
});

t.test('text readouts hold what was set last', async (t) => {
  const store = new StatsStore();
  store.textReadout('b').set('1');
  store.textReadout('a');
  store.textReadout('b').set('2');
  t.strictSame(
    [...store.snapshot().textReadouts],
    [
      ['a', ''],
      ['b', '2'],
    ],
  );
  t.strictSame(store.view.textReadouts(true), [{ kind: 'textReadout', name: 'b', value: '2' }]);
});

t.test('a matcher leaves statistics out, whoever counts them', async (t) => {
  const store = new StatsStore({
    ...new StatsStore().config,
    accepts: (name) => !name.includes('failed') && !name.includes('404'),
  });
  const block = store.block(group, 'a.');
  block.counter('rq_404').inc();
  block.counter('rq_200').inc();
  t.strictSame([...store.snapshot().counters.keys()], ['a.rq_200', 'a.total']);
});

t.test('names come sorted, whatever the prefixes', async () => {
  const prefix = fc.stringMatching(/^[ab.]{0,4}$/).map((text) => `${text}.`);
  const named = fc.stringMatching(/^[ab.]{1,4}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(prefix, { maxLength: 8 }),
      fc.uniqueArray(named, { maxLength: 8 }),
      (prefixes, names) => {
        const store = new StatsStore();
        for (const one of prefixes) store.block(group, one).counter('b').inc();
        for (const one of names) store.main.counter(one).inc();
        store.main.announceNow();
        const expected = new Set([
          ...prefixes.flatMap((one) => ['total', 'failed', 'active', 'b'].map((end) => one + end)),
          ...names,
        ]);
        const listed = [...store.view.entries({ list: 'scalars', usedOnly: false })];
        const found = listed.map(({ name }) => name);
        return String([...new Set(found)]) === String([...expected].sort());
      },
    ),
  );
});

t.test('blocks never overlap and never cross the end of a segment', async () => {
  const step = fc.record({ slots: fc.integer({ min: 1, max: 3000 }), gives: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const allocator = new SlotAllocator();
      const taken: { address: number; slots: number }[] = [];
      for (const { slots, gives } of steps) {
        const given = gives ? taken.pop() : undefined;
        if (given !== undefined) allocator.give(given.address, given.slots);
        else taken.push({ address: allocator.take(slots), slots });
      }
      return taken.every(({ address, slots }, index) => {
        const isInside =
          Math.floor(address / SEGMENT_SLOTS) === Math.floor((address + slots - 1) / SEGMENT_SLOTS);
        const isAlone = taken
          .slice(index + 1)
          .every(
            (other) => other.address >= address + slots || address >= other.address + other.slots,
          );
        return isInside && isAlone && address + slots <= allocator.segmentCount * SEGMENT_SLOTS;
      });
    }),
  );
});
