import t from 'tap';
import { callSite, readStackLine } from '#server/log/call-site.ts';
import { fineWallClock } from '#server/log/wall-clock.ts';

await t.test('the caller of the log function is found', async (t) => {
  function log(): unknown {
    return callSite(1);
  }
  t.match(log(), { file: 'test/server/log/call-site.test.ts', line: Number });
});

await t.test('the forms of a stack line are understood', async (t) => {
  const line = (text: string): unknown => readStackLine(text);
  t.strictSame(line('    at Server.start (file:///a%20b/x.ts:12:34)'), {
    file: '/a b/x.ts',
    line: 12,
    function: 'Server.start',
  });
  t.strictSame(line('    at async main (/a/x.js:1:2)'), {
    file: '/a/x.js',
    line: 1,
    function: 'main',
  });
  t.strictSame(line('    at file:///a/x.ts:7:8'), { file: '/a/x.ts', line: 7, function: '' });
  t.strictSame(line('    at native'), { file: '', line: 0, function: '' });
});

await t.test('the fine clock follows the clock of the system', async (t) => {
  let wall = 1_000_000;
  let fine = 5;
  const now = fineWallClock(
    () => Math.floor(wall),
    () => fine,
  );
  const pass = (ms: number): void => {
    wall += ms;
    fine += ms;
  };
  pass(10.25);
  t.equal(now(), 1_000_010.25, 'with a fraction');
  wall += 3_600_000;
  t.equal(now(), 1_000_010 + 3_600_000, 'set forward');
  wall -= 7_200_000;
  t.equal(now(), 1_000_010 - 3_600_000, 'set back');
  pass(0.5);
  t.equal(now(), 1_000_010.5 - 3_600_000, 'and fine again');
});
