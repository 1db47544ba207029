import t from 'tap';
import { withChanges } from './changes.ts';

const value: {
  readonly log: readonly { readonly status: number; readonly flags?: string }[];
  readonly stats: Readonly<Record<string, Readonly<Record<string, number>>>>;
} = {
  log: [{ status: 200, flags: '-' }, { status: 404 }],
  stats: { 'http.ingress': { total: 2, lost: 1 }, http2: { resets: 1 } },
};

t.test('objects are changed part by part', async (t) => {
  t.same(withChanges(value, { stats: { 'http.ingress': { total: 3, more: 1 } } }), {
    ...value,
    stats: { 'http.ingress': { total: 3, lost: 1, more: 1 }, http2: { resets: 1 } },
  });
});

t.test('what is undefined is gone', async (t) => {
  t.strictSame(
    withChanges(value, { stats: { 'http.ingress': { lost: undefined }, http2: undefined } }),
    { ...value, stats: { 'http.ingress': { total: 2 } } },
  );
});

t.test('an item of a list is changed by its position, added or removed', async (t) => {
  t.strictSame(withChanges(value, { log: { 0: { flags: 'DPE' } } }).log, [
    { status: 200, flags: 'DPE' },
    { status: 404 },
  ]);
  t.strictSame(withChanges(value, { log: { 1: undefined } }).log, [{ status: 200, flags: '-' }]);
  t.strictSame(withChanges(value, { log: { 2: { status: 500 } } }).log, [
    ...value.log,
    { status: 500 },
  ]);
});

t.test('a whole list takes the place of another', async (t) => {
  t.strictSame(withChanges(value, { log: [{ status: 1 }] }).log, [{ status: 1 }]);
});

t.test('what is changed stays as it was', async (t) => {
  const before = structuredClone(value);
  withChanges(value, { log: { 0: { status: 1 } }, stats: { http2: undefined } });
  t.strictSame(value, before);
  t.strictSame(withChanges(value, {}), before);
});
