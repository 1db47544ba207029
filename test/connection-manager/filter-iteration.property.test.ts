import fc from 'fast-check';
import t from 'tap';
import type { FilterDataStatus, FilterHeadersStatus } from '#connection-manager/filter.ts';
import { IterationWorld, type Script } from './scripted-iteration.ts';

const headersStatus = fc.constantFrom<FilterHeadersStatus>(
  'continue',
  'stopIteration',
  'stopAllIterationAndBuffer',
  'stopAllIterationAndWatermark',
);
const dataStatus = fc.constantFrom<FilterDataStatus>(
  'continue',
  'stopIterationAndBuffer',
  'stopIterationAndWatermark',
);
/** Filters that lose nothing; after a while they let everything pass. */
const script: fc.Arbitrary<Script> = fc.record({
  headers: headersStatus,
  data: fc.array(dataStatus, { maxLength: 3 }).map((acts) => [...acts, 'continue' as const]),
  trailers: fc.constantFrom('continue' as const, 'stopIteration' as const),
});
const action = fc.oneof(
  fc.record({ kind: fc.constant('continue' as const), filter: fc.nat(3) }),
  fc.record({ kind: fc.constant('send' as const) }),
);
const message = fc.record({
  body: fc.array(fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }), {
    maxLength: 4,
  }),
  hasTrailers: fc.boolean(),
});

/** The calls by which a source sends a message. */
function partsOf(
  world: IterationWorld,
  { body, hasTrailers }: { body: readonly string[]; hasTrailers: boolean },
): (() => void)[] {
  const parts: (() => void)[] = [() => world.headers(body.length === 0 && !hasTrailers)];
  body.forEach((text, index) => {
    const isLast = index === body.length - 1 && !hasTrailers;
    parts.push(() => world.data(text, isLast));
  });
  if (hasTrailers) parts.push(() => world.trailers());
  return parts;
}

t.test(
  'whenever filters stop and go on, the whole message comes out once and in order',
  async () => {
    fc.assert(
      fc.property(
        fc.array(script, { minLength: 1, maxLength: 4 }),
        message,
        fc.array(action, { maxLength: 20 }),
        (scripts, sent, actions) => {
          const world = new IterationWorld(...scripts);
          world.bufferLimitBytes = 1000;
          const parts = partsOf(world, sent);
          for (const each of actions) {
            if (each.kind === 'send') parts.shift()?.();
            else if (parts.length < 2 + sent.body.length && each.filter < scripts.length) {
              world.continueFrom(each.filter);
            }
          }
          for (const send of parts) send();
          // As often as a filter can stop: at headers, at trailers and at each of its scripted calls.
          for (let round = 0; round < 8; round++) {
            for (let filter = 0; filter < scripts.length; filter++) world.continueFrom(filter);
          }
          const out = world.seen.filter((line) => line.startsWith('out '));
          const data = out.filter((line) => line.startsWith('out data'));
          const text = data.map((line) => line.replace(/^out data "(.*)"( end)?$/s, '$1')).join('');
          const ends = out.filter((line) => line.endsWith(' end')).length;
          const isOrdered =
            out[0]?.startsWith('out headers') === true &&
            out.slice(1, 1 + data.length).every((line) => line.startsWith('out data')) &&
            out.length === 1 + data.length + (sent.hasTrailers ? 1 : 0);
          return isOrdered && text === sent.body.join('') && ends === (sent.hasTrailers ? 0 : 1);
        },
      ),
      { numRuns: 2000 },
    );
  },
);
