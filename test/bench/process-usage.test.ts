import t from 'tap';
import {
  cpuTimeOf,
  parseCpuTime,
  parseResidentBytes,
  residentBytesOf,
} from '../../bench/machine/process-usage.ts';

t.test('CPU time is read past a command name with spaces and parentheses', (t) => {
  const stat = '4711 (a (b) c) S 1 4711 4711 0 -1 4194560 900 0 0 0 183 70 5 6 20 0 3 0 100 1 2';
  t.same(parseCpuTime(stat), { userMicroseconds: 1_830_000, systemMicroseconds: 700_000 });
  t.end();
});

t.test('resident memory is VmRSS, not its peak', (t) => {
  const status = 'Name:\tproxy\nVmHWM:\t  90000 kB\nVmRSS:\t   65536 kB\nRssAnon:\t 1 kB\n';
  t.equal(parseResidentBytes(status), 64 * 1024 * 1024);
  t.end();
});

t.test('this very process uses memory and time', (t) => {
  t.ok(residentBytesOf(process.pid) > 10 * 1024 * 1024);
  const { userMicroseconds, systemMicroseconds } = cpuTimeOf(process.pid);
  t.ok(userMicroseconds + systemMicroseconds > 0);
  t.end();
});
