import {
  connection,
  get,
  keepAlive,
  post,
  raw,
  receive,
  request,
  requestBytes,
} from '../harness/client-script.ts';
import {
  answer,
  extension,
  header,
  mark,
  route,
  typed,
  virtualHost,
} from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { send } from '../harness/step.ts';
import { reply, respond } from '../harness/upstream-script.ts';

function manager(name: string, fields: JsonObject, ...client: Scenario['client']): Scenario {
  return { name, manager: fields, client };
}

const normalize = { normalize_path: true };

const paths: readonly Scenario[] = [
  manager('paths are not normalised by default', {}, get('/a/../b//c/%2e%2e/d')),
  ...[
    '/a/b/../c',
    '/a/./b',
    '/../a',
    '/a/../../b',
    '/a/%2e%2e/b',
    '/a/%2E/b',
    '/a%2fb',
    '/a%5cb',
    '/a\\b\\..\\c',
    '/a//b',
    '/a/..',
    '/a/.',
    '/%41%7e%20',
    '/a?b=/../c',
    '/a%zz',
    '/..%2fa',
    '/a;x=1/../b',
    '/.a/..b/...',
    '/a b',
  ].map((path) => manager(`normalize_path: ${path}`, normalize, raw(requestBytes('GET', path)))),
  ...['/a//b', '//a', '/a///b?x=//y', '/a/', '//'].map((path) =>
    manager(`merge_slashes: ${path}`, { merge_slashes: true }, get(path)),
  ),
  manager(
    'normalize_path and merge_slashes',
    { ...normalize, merge_slashes: true },
    get('/a//..//b/./c'),
  ),
  ...['KEEP_UNCHANGED', 'REJECT_REQUEST', 'UNESCAPE_AND_REDIRECT', 'UNESCAPE_AND_FORWARD'].flatMap(
    (action) =>
      ['/a%2fb', '/a%5Cb', '/a%2F..%2fb?q=%2f'].map((path) =>
        manager(
          `escaped slashes: ${action} of ${path}`,
          { ...normalize, path_with_escaped_slashes_action: action },
          get(path),
        ),
      ),
  ),
  {
    ...manager(
      'UNESCAPE_AND_REDIRECT of a POST',
      { path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT' },
      post('/a%2fb', 'body'),
    ),
  },
  {
    ...manager('routes see the normalised path', normalize, get('/public/../private')),
    routes: [mark('private', { prefix: '/private' }), mark('public', { prefix: '/public' })],
  },
];

const hosts: readonly Scenario[] = [
  ...[
    'example.test:80',
    'example.test:81',
    'example.test',
    'example.test:{{listener}}',
    '[::1]:80',
    '[::1]',
    'example.test:',
    ':80',
  ].flatMap((host) => [
    manager(
      `strip_any_host_port: ${host}`,
      { strip_any_host_port: true },
      get('/', `host: ${host}`),
    ),
    manager(
      `strip_matching_host_port: ${host}`,
      { strip_matching_host_port: true },
      get('/', `host: ${host}`),
    ),
  ]),
  manager(
    'strip_trailing_host_dot',
    { strip_trailing_host_dot: true },
    get('/', 'host: example.test.'),
  ),
  manager(
    'strip_trailing_host_dot before a port',
    { strip_trailing_host_dot: true },
    get('/', 'host: example.test.:80'),
  ),
  {
    ...manager(
      'routes see the stripped host',
      { strip_any_host_port: true },
      get('/', 'host: example.test:99'),
    ),
    virtualHosts: [
      virtualHost('one', ['example.test'], [mark('one')]),
      virtualHost('rest', ['*'], [mark('rest')]),
    ],
  },
];

const underscores: readonly Scenario[] = ['ALLOW', 'REJECT_REQUEST', 'DROP_HEADER'].map(
  (action) => ({
    ...manager(
      `headers_with_underscores_action: ${action}`,
      { common_http_protocol_options: { headers_with_underscores_action: action } },
      get('/', 'x_a: 1', 'x-b: 2'),
    ),
    alone: true,
  }),
);

const casing: readonly Scenario[] = [
  {
    ...manager(
      'proper case towards the client',
      { http_protocol_options: { header_key_format: { proper_case_words: {} } } },
      get('/'),
    ),
    upstream: reply(200, 'ok', 'x-my-header: 1', 'ETAG: "x"'),
  },
  {
    ...manager(
      'proper case towards the client in a local reply',
      { http_protocol_options: { header_key_format: { proper_case_words: {} } } },
      get('/none'),
    ),
    routes: [route({ path: '/x' })],
  },
  {
    name: 'proper case towards the upstream',
    clusters: {
      backend: { http_protocol_options: { header_key_format: { proper_case_words: {} } } },
    },
    client: [get('/', 'x-MY-header: 1', 'te: trailers')],
  },
  {
    name: 'preserved case on both sides',
    manager: {
      http_protocol_options: { header_key_format: { stateful_formatter: preserveCase() } },
    },
    clusters: {
      backend: protocolOptions({ header_key_format: { stateful_formatter: preserveCase() } }),
    },
    upstream: reply(200, 'ok', 'X-ResPonse: 1', 'ETAG: "x"'),
    client: [get('/', 'X-ReQuest: 1', 'Host: Example.test', 'User-AGENT: probe')],
  },
  {
    name: 'preserved case towards the client alone',
    manager: {
      http_protocol_options: { header_key_format: { stateful_formatter: preserveCase() } },
    },
    upstream: reply(200, 'ok', 'X-ResPonse: 1'),
    client: [get('/', 'X-ReQuest: 1')],
  },
];

const localReplies: readonly Scenario[] = [
  localReply('a body format as text', {
    body_format: text('%LOCAL_REPLY_BODY% %RESPONSE_CODE% path=%REQ(:path)%\n'),
  }),
  localReply('a body format as JSON', {
    body_format: {
      json_format: {
        status: '%RESPONSE_CODE%',
        message: '%LOCAL_REPLY_BODY%',
        path: '%REQ(:path)%',
        nested: { flags: '%RESPONSE_FLAGS%' },
      },
    },
  }),
  localReply('a body format with a content type', {
    body_format: { ...text('<p>%LOCAL_REPLY_BODY%</p>'), content_type: 'text/html; charset=UTF-8' },
  }),
  localReply('a mapper by status', {
    mappers: [
      mapper(
        {
          status_code_filter: {
            comparison: { op: 'EQ', value: { default_value: 404, runtime_key: 'x' } },
          },
        },
        { status_code: 418, body: { inline_string: 'mapped' } },
      ),
    ],
  }),
  localReply('the first mapper that matches is used', {
    mappers: [
      mapper(
        { header_filter: { header: { name: ':path', string_match: { exact: '/other' } } } },
        { status_code: 410 },
      ),
      mapper({ response_flag_filter: { flags: ['NR'] } }, { status_code: 411 }),
      mapper({ not_health_check_filter: {} }, { status_code: 412 }),
    ],
    body_format: text('%RESPONSE_CODE% %RESPONSE_CODE_DETAILS%'),
  }),
  localReply('a mapper with headers', {
    mappers: [
      mapper(
        { not_health_check_filter: {} },
        {
          headers_to_add: [
            header('x-mapped', 'yes %RESPONSE_CODE%'),
            header('server', 'mapped', 'OVERWRITE_IF_EXISTS_OR_ADD'),
          ],
        },
      ),
    ],
  }),
  localReply('a mapper with a body and a format of its own', {
    mappers: [
      mapper(
        { not_health_check_filter: {} },
        { body: { inline_string: 'mine' }, body_format_override: text('[%LOCAL_REPLY_BODY%]') },
      ),
    ],
    body_format: text('never %LOCAL_REPLY_BODY%'),
  }),
  {
    ...localReply('a codec error is mapped', {
      body_format: text('%LOCAL_REPLY_BODY% %RESPONSE_CODE_DETAILS%'),
    }),
    client: [raw('garbage\r\n\r\n')],
  },
  {
    ...localReply('a direct response is mapped', { body_format: text('%LOCAL_REPLY_BODY%!') }),
    routes: [answer({}, 503, 'direct')],
  },
  {
    ...localReply('an upstream response is not mapped', {
      mappers: [mapper({ not_health_check_filter: {} }, { status_code: 418 })],
    }),
    routes: [route()],
    upstream: reply(404, 'theirs'),
  },
  {
    ...localReply('a local reply to HEAD', { body_format: text('%LOCAL_REPLY_BODY% body') }),
    client: [request('HEAD', '/')],
  },
  {
    name: 'a local reply to gRPC',
    routes: [route({ path: '/x' })],
    client: [request('POST', '/pkg.Service/Method', ['content-type: application/grpc'], '')],
  },
  {
    name: 'a local reply with a body to gRPC',
    routes: [answer({}, 403, 'not you')],
    client: [request('POST', '/pkg.Service/Method', ['content-type: application/grpc'], '')],
  },
];

const various: readonly Scenario[] = [
  manager(
    'allow_absolute_url: false',
    { http_protocol_options: { allow_absolute_url: false } },
    raw('GET http://other.test/a HTTP/1.1\r\nhost: example.test\r\n\r\n'),
  ),
  manager(
    'allow_chunked_length lets the content-length go',
    { http_protocol_options: { allow_chunked_length: true } },
    raw(
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ),
  ),
  manager(
    'override_stream_error_on_invalid_http_message keeps the connection',
    { http_protocol_options: { override_stream_error_on_invalid_http_message: true } },
    connection(send('GET / HTTP/1.1\r\n\r\n'), receive()),
  ),
  manager(
    'stream_error_on_invalid_http_message for a missing host',
    { stream_error_on_invalid_http_message: true },
    keepAlive('GET / HTTP/1.1\r\n\r\n', requestBytes('GET', '/2')),
  ),
  manager('codec_type HTTP1', { codec_type: 'HTTP1' }, get('/')),
  manager('send_fully_qualified_url is the cluster’s option', {}, get('/a')),
  {
    name: 'send_fully_qualified_url',
    clusters: { backend: protocolOptions({ send_fully_qualified_url: true }) },
    client: [get('/a?b=c')],
  },
  manager(
    'proxy_100_continue leaves other interim responses alone',
    { proxy_100_continue: true },
    get('/'),
  ),
  {
    ...manager(
      'suppressed Envoy headers of the router',
      routerOptions({ suppress_envoy_headers: true }),
      get('/'),
    ),
  },
  manager('a router that starts child spans', routerOptions({ start_child_span: true }), get('/')),
  manager(
    'a router with strict header checks: good',
    routerOptions({ strict_check_headers: ['x-envoy-upstream-rq-timeout-ms', 'x-envoy-retry-on'] }),
    get('/', 'x-envoy-upstream-rq-timeout-ms: 100', 'x-forwarded-for: 10.0.0.1'),
  ),
  manager(
    'a router with strict header checks: bad',
    routerOptions({ strict_check_headers: ['x-envoy-upstream-rq-timeout-ms'] }),
    get('/', 'x-envoy-upstream-rq-timeout-ms: soon', 'x-forwarded-for: 10.0.0.1'),
  ),
  manager(
    'respect_expected_rq_timeout',
    routerOptions({ respect_expected_rq_timeout: true }),
    get('/', 'x-envoy-expected-rq-timeout-ms: 4321', 'x-forwarded-for: 10.0.0.1'),
  ),
  manager('dynamic_stats off', routerOptions({ dynamic_stats: false }), get('/')),
  {
    ...manager('proxy_status is off by default', {}, get('/')),
    upstream: respond('HTTP/1.1 200 OK\r\nproxy-status: other\r\ncontent-length: 0\r\n\r\n'),
  },
];

function localReply(name: string, config: JsonObject): Scenario {
  return {
    name: `local reply: ${name}`,
    manager: { local_reply_config: config },
    routes: [answer({ path: '/only' }, 200)],
    client: [get('/missing')],
  };
}

function mapper(filter: JsonObject, fields: JsonObject): JsonObject {
  return { filter, ...fields };
}

function text(format: string): JsonObject {
  return { text_format_source: { inline_string: format } };
}

function preserveCase(): JsonObject {
  return extension(
    'preserve_case',
    'extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig',
  );
}

function protocolOptions(http1: JsonObject): JsonObject {
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed(
        'extensions.upstreams.http.v3.HttpProtocolOptions',
        {
          explicit_http_config: { http_protocol_options: http1 },
        },
      ),
    },
  };
}

function routerOptions(fields: JsonObject): JsonObject {
  return {
    internal_address_config: {},
    http_filters: [
      extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router', fields),
    ],
  };
}

export const managerOptions: Group = {
  name: 'manager-options',
  scenarios: [...paths, ...hosts, ...underscores, ...casing, ...localReplies, ...various],
};
