import t from 'tap';
import type { UpstreamProtocol } from '#upstream/pool/pool-callbacks.ts';
import { PoolHarness, TestStream } from './pool-harness.ts';

/** What pools promise whatever they speak. */
const PROTOCOLS: readonly UpstreamProtocol[] = ['HTTP/1.1', 'HTTP/2'];
const ENDED = [
  'upstream_cx_destroy',
  'upstream_cx_destroy_local',
  'upstream_cx_destroy_remote',
  'upstream_cx_destroy_with_active_rq',
  'upstream_cx_destroy_local_with_active_rq',
  'upstream_cx_destroy_remote_with_active_rq',
];

for (const protocol of PROTOCOLS) {
  const answered = [`ready ${protocol}`, '200 end'];

  t.test(
    `${protocol}: a request waits for its connection, and the next one uses it too`,
    async (t) => {
      const harness = new PoolHarness(protocol);
      const first = harness.start();
      t.same(first.events, [], 'there is no connection yet');
      t.same(harness.stats('upstream_rq_pending_active', 'upstream_rq_active'), {
        upstream_rq_pending_active: 1,
      });
      harness.connection().accept().answer();
      t.same(first.events, answered);
      const second = harness.start();
      t.equal(second.pending, undefined, 'it did not wait');
      harness.connection().answer(1);
      t.same(second.events, answered);
      t.equal(second.connection, first.connection);
      t.equal(harness.made.length, 1);
      const counts = ['upstream_cx_total', 'upstream_rq_total', 'upstream_rq_pending_total'];
      t.same(harness.stats(...counts), {
        upstream_cx_total: 1,
        upstream_rq_total: 2,
        upstream_rq_pending_total: 1,
      });
      const byProtocol =
        protocol === 'HTTP/2' ? 'upstream_cx_http2_total' : 'upstream_cx_http1_total';
      t.same(harness.stats('upstream_cx_http1_total', 'upstream_cx_http2_total'), {
        [byProtocol]: 1,
      });
      t.same(harness.leftOver, { upstream_cx_active: 1, connections: 1 });
    },
  );

  t.test(`${protocol}: when connecting fails, everything that waits fails`, async (t) => {
    const harness = new PoolHarness(protocol);
    const streams = harness.startMany(3);
    harness.connection().fail();
    const failure = 'failure remoteConnectionFailure delayed connect error: Connection refused';
    t.same(
      streams.map(({ events }) => events),
      [[failure], [failure], [failure]],
    );
    for (const other of harness.made.slice(1)) other.fail();
    const { length } = harness.made;
    t.same(
      harness.stats('upstream_cx_connect_fail', 'upstream_rq_pending_failure_eject', ...ENDED),
      {
        upstream_cx_connect_fail: length,
        upstream_rq_pending_failure_eject: 3,
        upstream_cx_destroy: length,
        upstream_cx_destroy_remote: length,
      },
    );
    t.same(harness.leftOver, {});
    const next = harness.start();
    harness.connection(length).accept().answer();
    t.same(next.events, answered, 'the next request tries again');
  });

  t.test(`${protocol}: a local address that cannot be had is a local failure`, async (t) => {
    const harness = new PoolHarness(protocol, {
      cluster: {
        upstream_bind_config: { source_address: { address: '10.9.9.9', port_value: 0 } },
      },
    });
    const stream = harness.start();
    t.match(harness.connection().options.source, { host: '10.9.9.9' });
    harness.connection().fail({ stage: 'bind', systemError: 'EADDRNOTAVAIL' });
    t.match(stream.events, [/^failure localConnectionFailure .*Cannot assign requested address/]);
    t.same(harness.stats('bind_errors', ...ENDED), {
      bind_errors: 1,
      upstream_cx_destroy: 1,
      upstream_cx_destroy_local: 1,
    });
    t.same(harness.leftOver, {});
  });

  t.test(`${protocol}: connecting takes no longer than connect_timeout`, async (t) => {
    const harness = new PoolHarness(protocol);
    const stream = harness.start();
    harness.time.advance(990);
    t.same(stream.events, []);
    harness.time.advance(20);
    t.equal(harness.connection().transport.state, 'destroyed');
    harness.connection().settle();
    t.same(stream.events, ['failure timeout']);
    t.same(harness.stats('upstream_cx_connect_timeout', 'upstream_cx_connect_fail', ...ENDED), {
      upstream_cx_connect_timeout: 1,
      upstream_cx_connect_fail: 1,
      upstream_cx_destroy: 1,
      upstream_cx_destroy_local: 1,
    });
    t.same(harness.leftOver, {});
  });

  t.test(`${protocol}: a request that is given up leaves its connection to others`, async (t) => {
    const harness = new PoolHarness(protocol);
    const stream = harness.start();
    harness.pool().cancel(stream.pending as NonNullable<typeof stream.pending>);
    t.same(harness.stats('upstream_rq_cancelled', 'upstream_rq_pending_active'), {
      upstream_rq_cancelled: 1,
    });
    harness.connection().accept();
    t.same(stream.events, []);
    const next = harness.start();
    harness.connection().answer();
    t.same(next.events, answered);
    t.equal(harness.made.length, 1);
  });

  t.test(`${protocol}: max_pending_requests limits how many wait`, async (t) => {
    const thresholds = [{ max_pending_requests: 1 }];
    const harness = new PoolHarness(protocol, { cluster: { circuit_breakers: { thresholds } } });
    const [first, second] = harness.startMany(2) as [TestStream, TestStream];
    t.same(second.events, ['failure overflow']);
    harness.connection().accept().answer();
    t.same(first.events, answered);
    t.same(harness.stats('upstream_rq_pending_overflow', 'upstream_rq_active_overflow'), {
      upstream_rq_pending_overflow: 1,
    });
  });

  t.test(`${protocol}: max_requests limits how many are active`, async (t) => {
    const thresholds = [{ max_requests: 2 }];
    const harness = new PoolHarness(protocol, { cluster: { circuit_breakers: { thresholds } } });
    const streams = harness.startMany(4);
    for (const made of harness.made) made.accept();
    const outcomes = streams.map(({ events }) => events.join());
    t.same(outcomes.filter((one) => one === `ready ${protocol}`).length, 2);
    t.same(outcomes.filter((one) => one === 'failure overflow').length, 2);
    t.same(
      harness.stats('upstream_rq_active_overflow', 'upstream_rq_active', 'upstream_rq_total'),
      {
        upstream_rq_active_overflow: 2,
        upstream_rq_active: 2,
        upstream_rq_total: 2,
      },
    );
  });

  t.test(
    `${protocol}: a host gets its first connection whatever max_connections says`,
    async (t) => {
      const thresholds = [{ max_connections: 0 }];
      const harness = new PoolHarness(protocol, {
        cluster: { circuit_breakers: { thresholds } },
        http2: { max_concurrent_streams: 1 },
      });
      const streams = harness.startMany(2);
      t.equal(harness.made.length, 1);
      harness.connection().accept().answer(0).answer(1);
      t.same(
        streams.map(({ events }) => events),
        [answered, answered],
      );
      t.ok((harness.stats('upstream_cx_overflow')['upstream_cx_overflow'] ?? 0) >= 2);
    },
  );

  t.test(`${protocol}: a connection serves max_requests_per_connection requests`, async (t) => {
    const harness = new PoolHarness(protocol, { common: { max_requests_per_connection: 2 } });
    harness.start();
    const connection = harness.connection().accept().answer();
    t.ok(connection.isOpen);
    harness.start();
    t.same(harness.stats('upstream_cx_max_requests'), { upstream_cx_max_requests: 1 });
    connection.answer(1);
    t.notOk(connection.isOpen);
    t.same(harness.stats(...ENDED), { upstream_cx_destroy: 1, upstream_cx_destroy_local: 1 });
    harness.start();
    harness.connection(1).accept().answer();
    t.same(harness.leftOver, { upstream_cx_active: 1, connections: 1 });
  });

  t.test(`${protocol}: an idle connection goes after idle_timeout, a busy one stays`, async (t) => {
    const harness = new PoolHarness(protocol, { common: { idle_timeout: '2s' } });
    const stream = harness.start();
    const connection = harness.connection().accept();
    harness.time.advance(5_000);
    t.ok(connection.isOpen, 'there is a stream');
    connection.answer();
    t.same(stream.events, answered);
    harness.time.advance(1_900);
    t.ok(connection.isOpen);
    harness.time.advance(200);
    connection.settle();
    t.notOk(connection.isOpen);
    t.same(harness.stats('upstream_cx_idle_timeout', ...ENDED), {
      upstream_cx_idle_timeout: 1,
      upstream_cx_destroy: 1,
      upstream_cx_destroy_local: 1,
    });
    t.same(harness.leftOver, {});
  });

  t.test(`${protocol}: a connection that nobody used is idle too`, async (t) => {
    const harness = new PoolHarness(protocol, { common: { idle_timeout: '2s' } });
    const stream = harness.start();
    harness.pool().cancel(stream.pending as NonNullable<typeof stream.pending>);
    const connection = harness.connection().accept();
    harness.time.advance(2_100);
    t.notOk(connection.settle().isOpen);
  });

  t.test(`${protocol}: max_connection_duration lets the present stream end`, async (t) => {
    const harness = new PoolHarness(protocol, { common: { max_connection_duration: '2s' } });
    const stream = harness.start();
    const connection = harness.connection().accept();
    harness.time.advance(2_100);
    t.ok(connection.isOpen);
    const next = harness.start();
    t.equal(harness.made.length, 2, 'further requests get another connection');
    connection.answer();
    t.same(stream.events, answered);
    t.notOk(connection.isOpen);
    harness.connection(1).accept().answer();
    t.same(next.events, answered);
    harness.time.advance(2_100);
    t.notOk(harness.connection(1).settle().isOpen, 'an idle one goes at once');
    t.same(harness.stats('upstream_cx_max_duration_reached', 'upstream_cx_idle_timeout'), {
      upstream_cx_max_duration_reached: 2,
    });
    t.same(harness.leftOver, {});
  });

  t.test(`${protocol}: when the upstream closes, its streams are lost`, async (t) => {
    for (const end of ['end', 'reset'] as const) {
      const harness = new PoolHarness(protocol);
      const stream = harness.start();
      const connection = harness.connection().accept();
      if (end === 'end') connection.end();
      else connection.gone('ECONNRESET');
      t.same(stream.events, [`ready ${protocol}`, 'reset connectionTermination'], end);
      t.same(harness.stats(...ENDED), {
        upstream_cx_destroy: 1,
        upstream_cx_destroy_remote: 1,
        upstream_cx_destroy_with_active_rq: 1,
        upstream_cx_destroy_remote_with_active_rq: 1,
      });
      t.same(harness.leftOver, {});
    }
  });

  t.test(
    `${protocol}: an idle connection that the upstream closes is not used again`,
    async (t) => {
      const harness = new PoolHarness(protocol);
      harness.start();
      harness.connection().accept().answer();
      harness.connection().transport.feedEnd();
      const next = harness.start();
      t.ok(next.pending);
      harness.connection().gone();
      t.same(harness.stats(...ENDED), { upstream_cx_destroy: 1, upstream_cx_destroy_remote: 1 });
      harness.connection(1).accept().answer();
      t.same(next.events, answered);
    },
  );

  t.test(`${protocol}: what waits gets another connection when one is lost`, async (t) => {
    const thresholds = [{ max_connections: 1 }];
    const harness = new PoolHarness(protocol, {
      cluster: { circuit_breakers: { thresholds } },
      http2: { max_concurrent_streams: 1 },
    });
    const [first, second] = harness.startMany(2) as [TestStream, TestStream];
    harness.connection().accept().end();
    t.same(first.events, [`ready ${protocol}`, 'reset connectionTermination']);
    t.same(second.events, []);
    harness.connection(1).accept().answer();
    t.same(second.events, answered);
    t.same(harness.leftOver, { upstream_cx_active: 1, connections: 1 });
  });

  t.test(`${protocol}: bytes that make no sense are a protocol error`, async (t) => {
    const harness = new PoolHarness(protocol);
    const stream = harness.start();
    const connection = harness.connection().accept();
    connection.feed(`${'\xff'.repeat(100)}\r\n\r\n`);
    t.same(stream.events, [`ready ${protocol}`, 'reset protocolError']);
    t.notOk(connection.isOpen);
    t.match(harness.stats('upstream_cx_protocol_error', ...ENDED), {
      upstream_cx_protocol_error: 1,
      upstream_cx_destroy: 1,
      upstream_cx_destroy_local: 1,
    });
    t.same(harness.leftOver, {});
  });

  t.test(
    `${protocol}: a host that goes closes idle connections now, busy ones later`,
    async (t) => {
      const harness = new PoolHarness(protocol, { http2: { max_concurrent_streams: 1 } });
      const [first] = harness.startMany(2) as [TestStream, TestStream];
      const [busy, idle] = harness.made.map((made) => made.accept()) as [
        (typeof harness.made)[0],
        (typeof harness.made)[0],
      ];
      idle.answer();
      let released = 0;
      const { cluster, host } = harness;
      cluster.releaseHost = () => {
        released++;
      };
      harness.pools.drain(host, cluster);
      idle.settle();
      t.same([busy.isOpen, idle.isOpen, released], [true, false, 0]);
      busy.answer();
      t.same(first.events, answered);
      t.same([busy.isOpen, released], [false, 1]);
      t.same(harness.leftOver, {});
    },
  );

  t.test(`${protocol}: a host that goes still serves what waits for it`, async (t) => {
    const harness = new PoolHarness(protocol);
    const stream = harness.start();
    let released = 0;
    harness.cluster.releaseHost = () => {
      released++;
    };
    harness.pools.drain(harness.host, harness.cluster);
    harness.connection().accept().answer();
    t.same(stream.events, answered);
    t.notOk(harness.connection().isOpen);
    t.equal(released, 1);
  });

  t.test(`${protocol}: a host that goes gives up connections that nobody waits for`, async (t) => {
    const harness = new PoolHarness(protocol);
    const stream = harness.start();
    harness.pool().cancel(stream.pending as NonNullable<typeof stream.pending>);
    let released = 0;
    harness.cluster.releaseHost = () => {
      released++;
    };
    harness.pools.drain(harness.host, harness.cluster);
    t.notOk(harness.connection().settle().isOpen);
    t.equal(released, 1);
    t.same(harness.leftOver, {});
  });

  t.test(`${protocol}: the pools of a host release it once, when the last is done`, async (t) => {
    const harness = new PoolHarness(protocol);
    harness.start();
    harness.start(new TestStream(), harness.pool('high'));
    t.equal(harness.made.length, 2, 'priorities share no connections');
    for (const made of harness.made) made.accept();
    let released = 0;
    harness.cluster.releaseHost = () => {
      released++;
    };
    harness.pools.drain(harness.host, harness.cluster);
    harness.connection(0).answer();
    t.equal(released, 0);
    harness.connection(1).answer();
    t.equal(released, 1);
  });

  t.test(`${protocol}: tcp_keepalive is asked for on every connection`, async (t) => {
    const keepalive = (fields: object) => ({
      cluster: { upstream_connection_options: { tcp_keepalive: fields } },
    });
    const cases = [
      { options: {}, expected: undefined },
      {
        options: keepalive({ keepalive_time: 30, keepalive_interval: 5, keepalive_probes: 2 }),
        expected: { idleSeconds: 30, intervalSeconds: 5, probes: 2 },
      },
      { options: keepalive({}), expected: { idleSeconds: 7200, intervalSeconds: 75, probes: 9 } },
    ];
    for (const { options, expected } of cases) {
      const harness = new PoolHarness(protocol, options);
      harness.start();
      t.same(harness.connection().accept().keepAlive, expected);
    }
  });

  t.test(`${protocol}: a host counts its own connections and requests`, async (t) => {
    const harness = new PoolHarness(protocol);
    const count = (name: string): number | undefined => {
      const [host] = harness.process.registry.clustersView()[0]?.hosts ?? [];
      const values = [...(host?.counters ?? []), ...(host?.gauges ?? [])];
      return values.find(([each]) => each === name)?.[1];
    };
    const names = ['cx_total', 'cx_active', 'rq_total', 'rq_active', 'rq_pending_active'];
    harness.start();
    t.same(names.map(count), [1, 1, 0, 0, 1]);
    harness.connection().accept();
    t.same(names.map(count), [1, 1, 1, 1, 0]);
    harness.connection().answer();
    t.same(names.map(count), [1, 1, 1, 0, 0]);
    harness.connection().end();
    t.same(names.map(count), [1, 0, 1, 0, 0]);
    harness.start();
    harness.connection(1).fail();
    t.equal(count('cx_connect_fail'), 1);
  });
}
