import t from 'tap';
import type { BufferRouteConfig } from '#extensions/http-filters/buffer/buffer-config.ts';
import { createBuffer } from '#extensions/http-filters/buffer/buffer-factory.ts';
import { cuts, FilterDriver } from '../filter-driver.ts';

const BODY = Buffer.from('0123456789');

function drive(maxRequestBytes: number, ofRoute?: BufferRouteConfig): FilterDriver {
  const perFilterConfigs = ofRoute === undefined ? [] : [ofRoute];
  return new FilterDriver(createBuffer({ maxRequestBytes }), { perFilterConfigs });
}

t.test('a request goes on when it is complete, with its length', async (t) => {
  for (const pieces of cuts(BODY)) {
    for (const trailers of [undefined, { 'x-t': '1' }]) {
      const driver = drive(10);
      driver.sendRequest('/', {}, pieces, trailers);
      t.equal(driver.request.chunks.filter(({ length }) => length > 0).length, 1, 'in one piece');
      t.equal(driver.request.body, '0123456789');
      t.equal(driver.request.headers?.get('content-length'), '10');
      t.ok(driver.request.isEnded);
    }
  }
});

t.test('a length that the client gave stays, and one without a body needs none', async (t) => {
  const driver = drive(10);
  driver.sendRequest('/', { 'content-length': '10' }, [BODY]);
  t.strictSame(driver.request.headers?.getAll('content-length'), ['10']);
  const empty = drive(10);
  empty.sendRequest('/', {}, []);
  t.notOk(empty.request.headers?.has('content-length'));
});

t.test('a longer request is too long before it is complete', async (t) => {
  const driver = drive(9);
  driver.sendRequest('/', {}, [BODY.subarray(0, 9)], undefined);
  t.notOk(driver.request.isTooLarge);
  for (const pieces of cuts(BODY)) {
    const tooLong = drive(9);
    tooLong.sendRequest('/', {}, [...pieces, Buffer.from('x')]);
    t.ok(tooLong.request.isTooLarge);
    t.equal(tooLong.request.headers, undefined);
  }
});

t.test('routes have limits of their own, or none', async (t) => {
  const larger = drive(1, { maxRequestBytes: 10 });
  larger.sendRequest('/', {}, [BODY, Buffer.alloc(0)]);
  t.equal(larger.request.body, '0123456789');
  const off = drive(1, 'disabled');
  off.sendRequest('/', {}, [BODY, BODY]);
  t.equal(off.request.chunks.length, 2, 'passed as they came');
  t.notOk(off.request.headers?.has('content-length'));
});
