import t from 'tap';
import {
  type AccessLogFilterEnvironment,
  buildAccessLogFilter,
} from '#access-log/access-log-filter.ts';
import type { AccessLogFilterConfig, ComparisonConfig } from '#access-log/filter-config.ts';
import { defaultRuntime } from '#base/runtime-snapshot.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import { ResponseFlag } from '#stream-info/response-flags.ts';
import { emptyContext, fullContext } from '../tools/formatter-context.ts';

const environment: AccessLogFilterEnvironment = {
  runtime: () => defaultRuntime,
  random: () => 0,
  nowMs: () => 5100,
};

function passes(
  config: AccessLogFilterConfig,
  context: FormatterContext = fullContext(),
  changes: Partial<AccessLogFilterEnvironment> = {},
): boolean {
  return buildAccessLogFilter(config, { ...environment, ...changes })(context);
}

function comparison(op: ComparisonConfig['op'], value: number): ComparisonConfig {
  return { op, value, runtimeKey: '' };
}

t.test('status codes and durations are compared', (t) => {
  const table: readonly (readonly [
    op: ComparisonConfig['op'],
    below: boolean,
    equal: boolean,
    above: boolean,
  ])[] = [
    ['EQ', false, true, false],
    ['NE', true, false, true],
    ['GE', false, true, true],
    ['LE', true, true, false],
  ];
  for (const [op, below, equal, above] of table) {
    for (const [responseCode, wanted] of [
      [403, below],
      [404, equal],
      [405, above],
    ] as const) {
      const context = fullContext();
      context.streamInfo.responseCode = responseCode;
      const config = { kind: 'status_code', comparison: comparison(op, 404) } as const;
      t.equal(passes(config, context), wanted, `${responseCode} ${op} 404`);
    }
    for (const [durationMs, wanted] of [
      [9.9, below],
      [10.9, equal],
      [11, above],
    ] as const) {
      const context = fullContext();
      context.streamInfo.endMs = context.streamInfo.startTimeMs + durationMs;
      const config = { kind: 'duration', comparison: comparison(op, 10) } as const;
      t.equal(passes(config, context), wanted, `${durationMs} ${op} 10`);
    }
  }
  t.end();
});

t.test('a stream without an answer has the code 0, one that goes on lasts until now', (t) => {
  const codeZero = { kind: 'status_code', comparison: comparison('EQ', 0) } as const;
  t.equal(passes(codeZero, emptyContext()), true);
  const hundred = { kind: 'duration', comparison: comparison('EQ', 100) } as const;
  t.equal(passes(hundred, emptyContext()), true);
  t.end();
});

t.test('runtime may override what is compared with', (t) => {
  const config = {
    kind: 'status_code',
    comparison: { op: 'EQ', value: 500, runtimeKey: 'log.code' },
  } as const;
  const runtime = {
    ...defaultRuntime,
    getInteger: (key: string, fallback: number) => (key === 'log.code' ? 200 : fallback),
  };
  t.equal(passes(config), false);
  t.equal(passes(config, fullContext(), { runtime: () => runtime }), true);
  t.end();
});

t.test('nothing is a health check and nothing is traced yet', (t) => {
  t.equal(passes({ kind: 'not_health_check' }), true);
  t.equal(passes({ kind: 'traceable' }), false);
  t.end();
});

t.test('sampling goes by the request id unless it is to be independent', (t) => {
  const sample = (
    useIndependentRandomness: boolean,
    requestId: string,
    random: number,
  ): boolean => {
    const context = fullContext();
    context.streamInfo.requestId = requestId;
    return passes(
      {
        kind: 'runtime',
        runtimeKey: 'x',
        percentSampled: { numerator: 50, denominator: 100 },
        useIndependentRandomness,
      },
      context,
      { random: () => random },
    );
  };
  const in50 = '00000031-0000-4000-8000-000000000000';
  const out50 = '00000032-0000-4000-8000-000000000000';
  t.equal(sample(false, in50, 99), true);
  t.equal(sample(false, out50, 0), false);
  t.equal(sample(true, in50, 99), false);
  t.equal(sample(true, out50, 49), true);
  t.equal(sample(false, 'no uuid', 49), true);
  t.equal(sample(false, '', 50), false);
  t.end();
});

t.test('and, or: every combination', (t) => {
  const yes = { kind: 'not_health_check' } as const;
  const no = { kind: 'traceable' } as const;
  for (const first of [yes, no]) {
    for (const second of [yes, no]) {
      const filters = [first, second];
      const truths = filters.map((filter) => filter === yes);
      t.equal(passes({ kind: 'and', filters }), truths.every(Boolean));
      t.equal(passes({ kind: 'or', filters }), truths.some(Boolean));
      const nested = { kind: 'and', filters: [yes, { kind: 'or', filters }] } as const;
      t.equal(passes(nested), truths.some(Boolean));
    }
  }
  t.end();
});

t.test('headers of the request are matched, a missing request has none', (t) => {
  const present = {
    kind: 'header',
    header: {
      name: 'user-agent',
      test: { kind: 'present', isPresent: true },
      isInverted: false,
      treatsMissingAsEmpty: false,
    },
  } as const;
  t.equal(passes(present), true);
  t.equal(passes(present, emptyContext()), false);
  t.equal(passes({ ...present, header: { ...present.header, isInverted: true } }), false);
  t.end();
});

t.test('response flags: any, or one of a list', (t) => {
  const { noHealthyUpstream, upstreamOverflow, noRouteFound } = ResponseFlag;
  const table: readonly (readonly [set: number, configured: number, passes: boolean])[] = [
    [0, 0, false],
    [noRouteFound, 0, true],
    [0, noRouteFound, false],
    [noRouteFound, noRouteFound | upstreamOverflow, true],
    [noHealthyUpstream, noRouteFound | upstreamOverflow, false],
  ];
  for (const [set, flags, wanted] of table) {
    const context = fullContext();
    context.streamInfo.responseFlags = set;
    t.equal(passes({ kind: 'response_flag', flags }, context), wanted);
  }
  t.end();
});

t.test('gRPC statuses: one of a list, or none of it', (t) => {
  const table: readonly (readonly [
    grpcStatus: string | undefined,
    responseCode: number,
    statuses: readonly number[],
    isIn: boolean,
  ])[] = [
    ['0', 200, [0], true],
    ['5', 200, [0, 7], false],
    [undefined, 503, [14], true],
    [undefined, 200, [2], true],
    [undefined, 0, [2], true],
    ['x', 200, [2], false],
  ];
  for (const [grpcStatus, responseCode, statuses, isIn] of table) {
    const context = fullContext();
    context.streamInfo.responseCode = responseCode;
    if (grpcStatus !== undefined) context.responseTrailers.append('grpc-status', grpcStatus);
    t.equal(passes({ kind: 'grpc_status', statuses, exclude: false }, context), isIn);
    t.equal(passes({ kind: 'grpc_status', statuses, exclude: true }, context), !isIn);
  }
  t.end();
});

t.test('log types: one of a list, or none of it', (t) => {
  const types = ['DownstreamEnd', 'DownstreamStart'];
  t.equal(passes({ kind: 'log_type', types, exclude: false }), true);
  t.equal(passes({ kind: 'log_type', types, exclude: true }), false);
  t.equal(passes({ kind: 'log_type', types: [], exclude: false }), false);
  t.equal(passes({ kind: 'log_type', types: [], exclude: true }), true);
  t.end();
});

t.test('metadata: the value where there is one, else as configured', (t) => {
  const value = {
    kind: 'string',
    matcher: { kind: 'exact', text: 'value', ignoresCase: false },
  } as const;
  const filter = (path: readonly string[], matchIfKeyNotFound: boolean): boolean =>
    passes({
      kind: 'metadata',
      matcher: { path: ['com', ...path], value, isInverted: false },
      matchIfKeyNotFound,
    });
  t.equal(filter(['key'], false), true);
  t.equal(filter(['number'], true), false);
  t.equal(filter(['nope'], true), true);
  t.equal(filter(['nope'], false), false);
  t.equal(filter(['key', 'deeper'], false), false);
  const none = { kind: 'metadata', matcher: undefined, matchIfKeyNotFound: true } as const;
  t.equal(passes(none), true);
  t.end();
});
