import { get, post, request } from '../harness/client-script.ts';
import { answer, extension } from '../harness/configuration.ts';
import { http2Cluster } from '../harness/http2-configuration.ts';
import {
  abort,
  ask,
  body,
  data,
  endingHead,
  type Http2Reply,
  type Http2Step,
  head,
  http2,
  http2Upstream,
  lastBody,
  lastData,
  onHttp2Head,
  onHttp2Request,
  open,
  receiveEnd,
  resetStream,
  together,
} from '../harness/http2-script.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { pause } from '../harness/step.ts';

const GRPC = 'content-type: application/grpc';
const MESSAGE = '\0\0\0\0\x05hello';
const OK_HEAD = head(':status: 200', GRPC);
const unary = onHttp2Request(OK_HEAD, data(MESSAGE), endingHead('grpc-status: 0'));
const failing = onHttp2Request(
  OK_HEAD,
  data(MESSAGE),
  endingHead('grpc-status: 13', 'grpc-message: a%20b'),
);
const trailersOnly = onHttp2Request(
  endingHead(':status: 200', GRPC, 'grpc-status: 5', 'grpc-message: gone'),
);

const router = extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router');

function filtered(
  filter: JsonObject,
  name: string,
  client: Scenario['client'],
  replies: readonly Http2Reply[] = [unary],
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name,
    manager: { http_filters: [filter, router] },
    clusters: { backend: http2Cluster() },
    upstream: http2Upstream(...replies),
    client,
    ...more,
  };
}

function calling(path = '/pkg.Service/Method', ...messages: readonly string[]): Http2Step[] {
  const sent = messages.length === 0 ? [MESSAGE] : messages;
  return [
    ...together(
      open(1, 'POST', path, GRPC, 'te: trailers'),
      ...sent.slice(0, -1).map((each) => body(1, each)),
      lastBody(1, sent.at(-1) ?? ''),
    ),
    receiveEnd(1),
  ];
}

function stats(fields: JsonObject): JsonObject {
  return extension(
    'envoy.filters.http.grpc_stats',
    'extensions.filters.http.grpc_stats.v3.FilterConfig',
    fields,
  );
}

const ALLOWED = {
  individual_method_stats_allowlist: {
    services: [{ name: 'pkg.Service', method_names: ['Method'] }],
  },
};

const statsScenarios: readonly Scenario[] = [
  filtered(stats({}), 'grpc_stats: defaults', [http2(...calling())]),
  filtered(stats({ stats_for_all_methods: true }), 'grpc_stats: all methods', [
    http2(...calling()),
    http2(...calling('/pkg.Service/Other')),
  ]),
  filtered(stats({ stats_for_all_methods: false }), 'grpc_stats: no method', [http2(...calling())]),
  filtered(stats(ALLOWED), 'grpc_stats: the methods of a list', [
    http2(...calling()),
    http2(...calling('/pkg.Service/Other')),
    http2(...calling('/other.Service/Method')),
  ]),
  ...[
    ['an error in trailers', failing],
    ['trailers only', trailersOnly],
    ['no status', onHttp2Request(OK_HEAD, lastData(MESSAGE))],
    ['a status that is no number', onHttp2Request(OK_HEAD, endingHead('grpc-status: x'))],
    ['a status above 16', onHttp2Request(OK_HEAD, endingHead('grpc-status: 77'))],
    ['a reset', onHttp2Request(abort('CANCEL'))],
    ['a response that is no gRPC', onHttp2Request(head(':status: 503'), lastData('down'))],
  ].map(([what, reply]) =>
    filtered(
      stats({ stats_for_all_methods: true }),
      `grpc_stats: ${what as string}`,
      [http2(...calling())],
      [reply as Http2Reply],
    ),
  ),
  filtered(
    stats({ stats_for_all_methods: true }),
    'grpc_stats: messages both ways',
    [
      http2(
        ...calling('/pkg.Service/Stream', MESSAGE, `${MESSAGE}\0\0`, `\0\0\x01${'x'}`, MESSAGE),
      ),
    ],
    [
      onHttp2Request(
        OK_HEAD,
        data(`${MESSAGE}${MESSAGE}`),
        data(MESSAGE),
        endingHead('grpc-status: 0'),
      ),
    ],
  ),
  filtered(
    stats({ stats_for_all_methods: true, enable_upstream_stats: true }),
    'grpc_stats: time of the upstream',
    [http2(...calling())],
  ),
  filtered(
    stats({ stats_for_all_methods: true, replace_dots_in_grpc_service_name: true }),
    'grpc_stats: dots replaced',
    [http2(...calling('/a.b.Service/Method'))],
  ),
  filtered(
    stats({ emit_filter_state: true }),
    'grpc_stats: filter state in the access log',
    [http2(...calling('/pkg.Service/Stream', MESSAGE, MESSAGE))],
    [unary],
    {
      logs: [
        {
          format: {
            text_format_source: {
              inline_string: '%FILTER_STATE(envoy.filters.http.grpc_stats)%\n',
            },
          },
        },
      ],
    },
  ),
  filtered(stats({ stats_for_all_methods: true }), 'grpc_stats: requests that are no gRPC', [
    http2(ask(1, 'GET', '/pkg.Service/Method'), receiveEnd(1)),
    get('/pkg.Service/Method'),
  ]),
  ...['/pkg.Service', '/', '/a/b/c', '/pkg.Service/', '//Method', '/pkg.Service/Method?x=y'].map(
    (path) =>
      filtered(stats({ stats_for_all_methods: true }), `grpc_stats: the path ${path}`, [
        http2(...calling(path)),
      ]),
  ),
  filtered(
    stats({ stats_for_all_methods: true }),
    'grpc_stats: a local reply',
    [http2(open(1, 'POST', '/pkg.Service/Method', GRPC), receiveEnd(1), pause(20))],
    [unary],
    { routes: [answer({}, 503, 'no')] },
  ),
  filtered(
    stats({ stats_for_all_methods: true }),
    'grpc_stats: the client cancels',
    [
      http2(
        open(1, 'POST', '/pkg.Service/Method', GRPC),
        body(1, MESSAGE),
        { do: 'receiveHead', stream: 1 },
        resetStream(1, 'CANCEL'),
        pause(30),
      ),
    ],
    [onHttp2Head(OK_HEAD)],
  ),
];

const web = extension('envoy.filters.http.grpc_web', 'extensions.filters.http.grpc_web.v3.GrpcWeb');
const WEB = 'content-type: application/grpc-web';
const TEXT = 'content-type: application/grpc-web-text';
const encoded = Buffer.from(MESSAGE, 'latin1').toString('base64');

const webScenarios: readonly Scenario[] = [
  filtered(web, 'grpc_web: a call', [post('/pkg.Service/Method', MESSAGE, WEB)]),
  filtered(web, 'grpc_web: a call over HTTP/2', [
    http2(open(1, 'POST', '/pkg.Service/Method', WEB), lastBody(1, MESSAGE), receiveEnd(1)),
  ]),
  filtered(web, 'grpc_web: a call in base64', [post('/pkg.Service/Method', encoded, TEXT)]),
  filtered(web, 'grpc_web: a call in base64 in pieces', [
    http2(
      open(1, 'POST', '/pkg.Service/Method', TEXT),
      body(1, encoded.slice(0, 5)),
      pause(20),
      lastBody(1, encoded.slice(5)),
      receiveEnd(1),
    ),
  ]),
  filtered(web, 'grpc_web: two messages, each in base64 of its own', [
    post('/pkg.Service/Method', `${encoded}${encoded}`, TEXT),
  ]),
  filtered(web, 'grpc_web: broken base64', [post('/pkg.Service/Method', '!!!!', TEXT)]),
  ...[
    'application/grpc-web+proto',
    'application/grpc-web-text+proto',
    'application/grpc-web+json',
  ].map((type) =>
    filtered(web, `grpc_web: the content type ${type}`, [
      post(
        '/pkg.Service/Method',
        type.includes('text') ? encoded : MESSAGE,
        `content-type: ${type}`,
      ),
    ]),
  ),
  filtered(web, 'grpc_web: accept asks for base64', [
    post('/pkg.Service/Method', MESSAGE, WEB, 'accept: application/grpc-web-text'),
  ]),
  filtered(web, 'grpc_web: accept asks for bytes', [
    post('/pkg.Service/Method', encoded, TEXT, 'accept: application/grpc-web+proto'),
  ]),
  filtered(
    web,
    'grpc_web: an error in trailers',
    [post('/pkg.Service/Method', MESSAGE, WEB)],
    [failing],
  ),
  filtered(
    web,
    'grpc_web: an error in trailers in base64',
    [post('/pkg.Service/Method', encoded, TEXT)],
    [failing],
  ),
  filtered(
    web,
    'grpc_web: trailers only',
    [post('/pkg.Service/Method', MESSAGE, WEB)],
    [trailersOnly],
  ),
  filtered(
    web,
    'grpc_web: a response that is no gRPC',
    [post('/pkg.Service/Method', MESSAGE, WEB)],
    [onHttp2Request(head(':status: 503', 'content-type: text/plain'), lastData('down'))],
  ),
  filtered(
    web,
    'grpc_web: a local reply',
    [post('/pkg.Service/Method', MESSAGE, WEB), post('/pkg.Service/Method', encoded, TEXT)],
    [unary],
    { routes: [answer({}, 503, 'no')] },
  ),
  filtered(web, 'grpc_web: plain gRPC is left alone', [http2(...calling())]),
  filtered(web, 'grpc_web: another request is left alone', [
    get('/'),
    post('/', 'x', 'content-type: text/plain'),
  ]),
  filtered(web, 'grpc_web: GET', [request('GET', '/pkg.Service/Method', [WEB])]),
  filtered(web, 'grpc_web: OPTIONS', [request('OPTIONS', '/pkg.Service/Method', [WEB])]),
  filtered(
    web,
    'grpc_web: several messages',
    [post('/pkg.Service/Method', encoded, TEXT)],
    [
      onHttp2Request(
        OK_HEAD,
        data(MESSAGE),
        pause(20),
        data(MESSAGE),
        endingHead('grpc-status: 0'),
      ),
    ],
  ),
];

function bridge(fields: JsonObject = {}): JsonObject {
  return extension(
    'envoy.filters.http.grpc_http1_bridge',
    'extensions.filters.http.grpc_http1_bridge.v3.Config',
    fields,
  );
}

const PROTOBUF = 'content-type: application/x-protobuf';
const upgrading = { upgrade_protobuf_to_grpc: true };

const bridgeScenarios: readonly Scenario[] = [
  filtered(bridge(), 'bridge: a call', [post('/pkg.Service/Method', MESSAGE, GRPC)]),
  filtered(
    bridge(),
    'bridge: an error in trailers',
    [post('/pkg.Service/Method', MESSAGE, GRPC)],
    [failing],
  ),
  filtered(
    bridge(),
    'bridge: trailers only',
    [post('/pkg.Service/Method', MESSAGE, GRPC)],
    [trailersOnly],
  ),
  filtered(
    bridge(),
    'bridge: a status that is no number',
    [post('/pkg.Service/Method', MESSAGE, GRPC)],
    [onHttp2Request(OK_HEAD, data(MESSAGE), endingHead('grpc-status: x'))],
  ),
  filtered(
    bridge(),
    'bridge: no status',
    [post('/pkg.Service/Method', MESSAGE, GRPC)],
    [onHttp2Request(OK_HEAD, lastData(MESSAGE))],
  ),
  filtered(
    bridge(),
    'bridge: 503 of the upstream',
    [post('/pkg.Service/Method', MESSAGE, GRPC)],
    [onHttp2Request(head(':status: 503'), lastData('down'))],
  ),
  filtered(bridge(), 'bridge: HTTP/2 is left alone', [http2(...calling())]),
  filtered(bridge(), 'bridge: another request is left alone', [post('/', 'x', PROTOBUF)]),
  filtered(bridge(upgrading), 'bridge: protobuf becomes gRPC', [
    post('/pkg.Service/Method', 'hello', PROTOBUF),
  ]),
  filtered(
    bridge(upgrading),
    'bridge: protobuf becomes gRPC, with an error',
    [post('/pkg.Service/Method', 'hello', PROTOBUF)],
    [failing],
  ),
  filtered(bridge(upgrading), 'bridge: protobuf becomes gRPC over HTTP/2', [
    http2(open(1, 'POST', '/pkg.Service/Method', PROTOBUF), lastBody(1, 'hello'), receiveEnd(1)),
  ]),
  filtered(
    bridge({ ignore_query_parameters: true, ...upgrading }),
    'bridge: query parameters are dropped',
    [
      post('/pkg.Service/Method?x=y', 'hello', PROTOBUF),
      post('/pkg.Service/Method?x=y', MESSAGE, GRPC),
    ],
  ),
];

export const grpcFilters: Group = {
  name: 'grpc-filters',
  scenarios: [...statsScenarios, ...webScenarios, ...bridgeScenarios],
};
