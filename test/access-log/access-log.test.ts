import t from 'tap';
import { instantiateAccessLogs } from '#access-log/access-log.ts';
import { AccessLogBatches, createLedger } from '#access-log/access-log-batches.ts';
import type { AccessLogConfig } from '#access-log/access-log-config.ts';
import { defaultRuntime } from '#base/runtime-snapshot.ts';
import { compileFormat } from '#formatter/compile-format.ts';
import { environment, fullContext } from '../tools/formatter-context.ts';

function config(format: string, fields: Partial<AccessLogConfig> = {}): AccessLogConfig {
  const compiled = compileFormat(format);
  if (!compiled.ok) throw new Error(compiled.error.join());
  const sink = { kind: 'file', path: '/log' } as const;
  return { sink, format: compiled.value, filter: undefined, ...fields };
}

t.test('each log writes its lines, filtered, to its file', (t) => {
  const sent: string[] = [];
  const batches = new AccessLogBatches({
    post: ({ sink, bytes, lines }) => {
      const name = sink.kind === 'file' ? sink.path : sink.kind;
      sent.push(`${name} ${lines}: ${Buffer.from(bytes).toString('latin1')}`);
    },
    ledger: createLedger(),
    onDropped: () => t.fail('nothing is dropped'),
    startTimer: () => {},
  });
  const logs = instantiateAccessLogs(
    [
      config('%REQ(:METHOD)% '),
      config('%RESPONSE_CODE% ', { filter: { kind: 'not_health_check' } }),
      config('never', { filter: { kind: 'traceable' } }),
      config('%UNIQUE_ID%', { sink: { kind: 'stdout' } }),
    ],
    batches,
    { runtime: () => defaultRuntime, random: () => 0, nowMs: () => 0 },
    environment,
  );
  for (const log of logs) log.log(fullContext());
  for (const log of logs) log.log(fullContext());
  batches.flush();
  const id = environment.uuid();
  t.same(sent, ['/log 4: GET 200 GET 200 ', `stdout 2: ${id}${id}`]);
  t.end();
});
