import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import type { ConfigError } from '#config/config-error.ts';
import { ParseContext } from '#config/parse-context.ts';
import type { NetworkFilterConfig } from '#network/filter-chain-config.ts';
import type { ListenerConfig } from '#network/listener-config.ts';
import { parseListener } from '#network/listener-from-proto.ts';
import { messageOf } from '../tools/message-of.ts';

const KNOWN = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const known = { name: 'f', typedConfig: { '@type': `type.googleapis.com/${KNOWN}` } };
const address = { socketAddress: { address: '127.0.0.1', portValue: 8080 } };
const chain = { filters: [known] };

function parse(json: JsonObject): {
  readonly config: ListenerConfig<NetworkFilterConfig, string> | undefined;
  readonly errors: readonly ConfigError[];
} {
  const context = ParseContext.root('listeners[0]');
  const config = parseListener(context, messageOf('envoy.config.listener.v3.Listener', json), {
    networkFilters: new Map([[KNOWN, (_context, name) => ({ type: KNOWN, name })]]),
    parseAccessLogs: (_context, messages) => messages.map(({ name }) => name),
  });
  return { config, errors: context.errors };
}

t.test('a plain listener has Envoy’s defaults', (t) => {
  const { config, errors } = parse({ address, filterChains: [chain] });
  t.same(errors, []);
  t.strictSame(config, {
    name: '127.0.0.1:8080',
    address: { kind: 'ip', host: '127.0.0.1', port: 8080 },
    ipv4Compat: false,
    statPrefix: '127.0.0.1_8080',
    filterChains: [
      {
        name: '',
        match: {
          destinationPort: undefined,
          prefixRanges: [],
          serverNames: [],
          transportProtocol: '',
          applicationProtocols: [],
          directSourcePrefixRanges: [],
          sourceType: 'any',
          sourcePrefixRanges: [],
          sourcePorts: [],
        },
        filters: [{ type: KNOWN, name: 'f' }],
        metadata: {},
        transportSocketConnectTimeoutMs: 0,
      },
    ],
    defaultFilterChain: undefined,
    perConnectionBufferLimitBytes: 1_048_576,
    trafficDirection: 'UNSPECIFIED',
    metadata: {},
    bindToPort: true,
    reusePort: true,
    tcpBacklogSize: undefined,
    drainType: 'DEFAULT',
    accessLog: [],
  });
  t.end();
});

t.test('everything that can be said is taken over, as plain data', (t) => {
  const { config, errors } = parse({
    name: 'inbound',
    address: { socketAddress: { address: '::', portValue: 0, ipv4Compat: true } },
    statPrefix: 'in',
    filterChains: [
      {
        name: 'first',
        filterChainMatch: {
          destinationPort: 80,
          prefixRanges: [{ addressPrefix: '10.0.0.0', prefixLen: 8 }],
          serverNames: ['*.Example.COM', 'a.b'],
          transportProtocol: 'tls',
          applicationProtocols: ['h2'],
          directSourcePrefixRanges: [{ addressPrefix: '::1', prefixLen: 128 }],
          sourceType: 'EXTERNAL',
          sourcePrefixRanges: [{ addressPrefix: '1.2.3.4' }],
          sourcePorts: [1, 2],
        },
        filters: [known],
        metadata: { filterMetadata: { n: { a: 1 } } },
        transportSocketConnectTimeout: '1.5s',
        transportSocket: {
          name: 'raw',
          typedConfig: {
            '@type':
              'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer',
          },
        },
      },
    ],
    defaultFilterChain: { name: 'rest', filters: [known] },
    perConnectionBufferLimitBytes: 4096,
    trafficDirection: 'INBOUND',
    metadata: { filterMetadata: { m: { b: 'x' } } },
    bindToPort: false,
    enableReusePort: false,
    tcpBacklogSize: 17,
    drainType: 'MODIFY_ONLY',
    accessLog: [{ name: 'log' }],
  });
  t.same(errors, []);
  t.match(config, {
    name: 'inbound',
    address: { kind: 'ip', host: '::', port: 0 },
    ipv4Compat: true,
    statPrefix: 'in',
    filterChains: [
      {
        name: 'first',
        match: {
          destinationPort: 80,
          prefixRanges: [{ words: [0x0a000000], prefixLength: 8 }],
          serverNames: ['*.example.com', 'a.b'],
          transportProtocol: 'tls',
          applicationProtocols: ['h2'],
          directSourcePrefixRanges: [{ words: [0, 0, 0, 1], prefixLength: 128 }],
          sourceType: 'external',
          sourcePrefixRanges: [{ words: [0], prefixLength: 0 }],
          sourcePorts: [1, 2],
        },
        metadata: { n: { a: 1 } },
        transportSocketConnectTimeoutMs: 1500,
      },
    ],
    defaultFilterChain: { name: 'rest' },
    perConnectionBufferLimitBytes: 4096,
    trafficDirection: 'INBOUND',
    metadata: { m: { b: 'x' } },
    bindToPort: false,
    reusePort: false,
    tcpBacklogSize: 17,
    drainType: 'MODIFY_ONLY',
    accessLog: ['log'],
  });
  t.strictSame(structuredClone(config), config);
  t.end();
});

t.test('Unix sockets may have a name without a file, and permissions with one', (t) => {
  const read = (pipe: JsonObject) => {
    const { config, errors } = parse({ address: { pipe }, filterChains: [chain] });
    return errors.length > 0
      ? errors.map(({ path, reason }) => `${path}: ${reason}`)
      : config?.address;
  };
  t.same(read({ path: '@a' }), { kind: 'pipe', path: '@a' });
  t.same(read({ path: '/a', mode: 0o600 }), { kind: 'pipe', path: '/a', mode: 0o600 });
  t.match(read({ path: '@a', mode: 0o600 }), [
    /mode: Cannot set mode for Abstract AF_UNIX sockets/,
  ]);
  t.match(read({ path: `/${'x'.repeat(106)}` }), { kind: 'pipe' });
  t.match(read({ path: `/${'x'.repeat(107)}` }), [/path: Path .* exceeds maximum .* of 108/]);
  t.end();
});

t.test('Unix sockets and IPv6 addresses give their statistics a name', (t) => {
  const pipe = parse({ address: { pipe: { path: '/run/a.sock' } }, filterChains: [chain] });
  t.match(pipe.config, {
    name: '/run/a.sock',
    address: { kind: 'pipe', path: '/run/a.sock' },
    statPrefix: '/run/a.sock',
  });
  const v6 = parse({
    address: { socketAddress: { address: '::1', portValue: 80 } },
    filterChains: [chain],
  });
  t.equal(v6.config?.statPrefix, '[__1]_80');
  t.end();
});

t.test('either way of not binding is obeyed', (t) => {
  const bind = (fields: JsonObject): boolean | undefined =>
    parse({ address, filterChains: [chain], ...fields }).config?.bindToPort;
  t.equal(bind({ deprecatedV1: { bindToPort: false } }), false);
  t.equal(bind({ deprecatedV1: { bindToPort: false }, bindToPort: true }), false);
  t.equal(bind({ bindToPort: true }), true);
  t.end();
});

t.test('every mistake is reported with its place', (t) => {
  const table: readonly (readonly [json: JsonObject, errors: readonly ConfigError[]])[] = [
    [{ address }, [{ path: 'listeners[0].filter_chains', reason: 'no filter chains specified' }]],
    [
      { filterChains: [chain] },
      [{ path: 'listeners[0].address', reason: 'an address is required' }],
    ],
    [
      {
        address: { socketAddress: { address: 'localhost', portValue: 1 } },
        filterChains: [chain],
      },
      [
        {
          path: 'listeners[0].address.socket_address.address',
          reason: 'malformed IP address',
          value: 'localhost',
        },
      ],
    ],
    [
      { address, filterChains: [chain, chain] },
      [
        {
          path: 'listeners[0].filter_chains[1]',
          reason: 'takes the same connections as filter_chains[0]',
        },
      ],
    ],
    [
      { address, filterChains: [{ filters: [known, { name: 'second' }] }] },
      [
        {
          path: 'listeners[0].filter_chains[0].filters[0]',
          reason: 'a terminal filter must be the last one of its chain',
          value: 'f',
        },
        {
          path: 'listeners[0].filter_chains[0].filters[1]',
          reason: 'the filter has no typed_config',
          value: 'second',
        },
      ],
    ],
    [
      { address, filterChains: [{}] },
      [
        {
          path: 'listeners[0].filter_chains[0].filters',
          reason: 'the chain has no terminal filter',
        },
      ],
    ],
    [
      {
        address,
        filterChains: [
          {
            filters: [
              {
                name: 'misplaced',
                typedConfig: {
                  '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                },
              },
            ],
          },
        ],
      },
      [
        {
          path: 'listeners[0].filter_chains[0].filters[0].typed_config',
          reason: 'this network filter is not supported by Proa yet',
          value: 'envoy.extensions.filters.http.router.v3.Router',
        },
      ],
    ],
    [
      {
        address,
        filterChains: [
          {
            filters: [known],
            filterChainMatch: {
              serverNames: ['ok', '*', 'a*.b', '*.b.*'],
              prefixRanges: [{ addressPrefix: 'x' }],
            },
            transportSocket: { name: 'ts' },
          },
        ],
      },
      [
        {
          path: 'listeners[0].filter_chains[0].transport_socket',
          reason: 'the transport socket has no typed_config',
          value: 'ts',
        },
        {
          path: 'listeners[0].filter_chains[0].filter_chain_match.prefix_ranges[0].address_prefix',
          reason: 'malformed IP address',
          value: 'x',
        },
        ...[1, 2, 3].map((index) => ({
          path: `listeners[0].filter_chains[0].filter_chain_match.server_names[${index}]`,
          reason: 'partial wildcards are not supported in server_names',
          value: ['ok', '*', 'a*.b', '*.b.*'][index] as string,
        })),
      ],
    ],
  ];
  for (const [json, errors] of table)
    t.strictSame(parse(json).errors, errors, JSON.stringify(json));
  t.end();
});
