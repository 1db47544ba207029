import fc from 'fast-check';
import t from 'tap';
import { compileTimeFormat } from '#formatter/time-format.ts';

/** 2026-11-21T12:33:28.591501Z, a Saturday. */
const MOMENT = 1_795_264_408_591.501;

t.test('conversions print what Envoy prints', (t) => {
  const table: readonly (readonly [format: string, printed: string])[] = [
    ['%a %A %b %B %h', 'Sat Saturday Nov November Nov'],
    ['%c', 'Sat Nov 21 12:33:28 2026'],
    ['%C %y %Y %E4Y %Ey', '20 26 2026 2026 26'],
    ['%d %e %j %m', '21 21 325 11'],
    ['%D %F %x', '11/21/26 2026-11-21 11/21/26'],
    ['%g %G %U %V %W', '26 2026 46 47 46'],
    ['%H %I %k %l %M %S', '12 12 12 12 33 28'],
    ['%p %P', 'PM pm'],
    ['%r|%R|%T|%X', '12:33:28 PM|12:33|12:33:28|12:33:28'],
    ['%s %u %w', '1795264408 6 6'],
    ['%z %Ez %E*z %:z %::z %Z', '+0000 +00:00 +00:00:00 +00:00 +00:00:00 UTC'],
    ['%1f %3f %5f %6f %9f %f', '5 591 59150 591501 591501000 591501000'],
    ['%E0S %E3S %E*S %E6f %E*f', '28 28.591 28.591501 591501 591501'],
    ['%OS %Od', '28 21'],
    ['%s%3f', '1795264408591'],
    ['%ET %t %%', 'T \t %'],
    ['%Q %J %E %O abc %', '%Q %J %E %O abc %'],
    ['%-d|%_d|%0e|%^a', '21|21|21|SAT'],
    ['', ''],
  ];
  for (const [format, printed] of table) {
    t.equal(compileTimeFormat(format, 'utc')(MOMENT), printed, format);
  }
  t.end();
});

t.test('small numbers are padded, or not, as asked', (t) => {
  const early = Date.UTC(2007, 0, 3, 4, 5, 6);
  t.equal(
    compileTimeFormat('%d|%e|%-d|%_d|%H|%k|%-H|%I %p|%j|%C', 'utc')(early),
    '03| 3|3| 3|04| 4|4|04 AM|003|20',
  );
  t.equal(compileTimeFormat('%G-W%V-%u', 'utc')(Date.UTC(2008, 11, 29)), '2009-W01-1');
  t.equal(compileTimeFormat('%G-W%V-%u', 'utc')(Date.UTC(2010, 0, 3)), '2009-W53-7');
  t.equal(compileTimeFormat('%I%p', 'utc')(Date.UTC(2010, 0, 3, 0, 30)), '12AM');
  t.end();
});

t.test('the same moment in local time', (t) => {
  const date = new Date(MOMENT);
  const printed = compileTimeFormat('%Y-%m-%d %H:%M:%S', 'local')(MOMENT);
  const pad = (value: number): string => `${value}`.padStart(2, '0');
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  t.equal(printed, `${day} ${time}`);
  t.equal(
    new Date(compileTimeFormat('%Y-%m-%dT%H:%M:%S%Ez', 'local')(MOMENT)).getTime(),
    Math.floor(MOMENT / 1000) * 1000,
  );
  t.end();
});

t.test('one formatter prints any sequence of moments as a fresh one does', (t) => {
  const format = '%Y-%m-%dT%H:%M:%E3SZ %6f';
  const reused = compileTimeFormat(format, 'utc');
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_102_444_800_000 })), (moments) => {
      for (const moment of moments) {
        const printed = reused(moment);
        t.equal(printed, compileTimeFormat(format, 'utc')(moment));
        t.equal(printed.slice(0, 24), new Date(moment).toISOString());
      }
    }),
    { numRuns: 50 },
  );
  t.end();
});
