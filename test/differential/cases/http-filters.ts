import { get, post, raw } from '../harness/client-script.ts';
import { answer, extension, header, route, typed } from '../harness/configuration.ts';
import type { Group, JsonObject, Scenario } from '../harness/scenario.ts';
import { hang, reply, respond } from '../harness/upstream-script.ts';

const router = extension('envoy.filters.http.router', 'extensions.filters.http.router.v3.Router');
const MUTATION = 'extensions.filters.http.header_mutation.v3';
const BUFFER = 'extensions.filters.http.buffer.v3';
const WRAPPER = 'config.route.v3.FilterConfig';

function append(key: string, value: string, action?: string): JsonObject {
  return { append: header(key, value, action) };
}

/** A chain of one filter before the router. */
function filtered(filter: JsonObject, more: Omit<Scenario, 'client'>): Omit<Scenario, 'client'> {
  return { manager: { http_filters: [filter, router] }, ...more };
}

function mutation(mutations: JsonObject, fields: JsonObject = {}): JsonObject {
  return extension('mutation', `${MUTATION}.HeaderMutation`, { mutations, ...fields });
}

function mutating(
  name: string,
  mutations: JsonObject,
  client: Scenario['client'],
  more: Partial<Scenario> = {},
): Scenario {
  const scenario = filtered(mutation(mutations), { name: `header_mutation: ${name}` });
  return { ...scenario, client, ...more };
}

function query(name: string, mutations: readonly JsonObject[], path: string): Scenario {
  return mutating(`query, ${name}`, { query_parameter_mutations: mutations }, [get(path)]);
}

function parameter(key: string, value: string, action: string): JsonObject {
  return { append: { record: { key, value }, action } };
}

const ACTIONS = [
  'APPEND_IF_EXISTS_OR_ADD',
  'ADD_IF_ABSENT',
  'OVERWRITE_IF_EXISTS',
  'OVERWRITE_IF_EXISTS_OR_ADD',
];

const mutations: readonly Scenario[] = [
  ...ACTIONS.map((action) =>
    mutating(
      `${action} of a request header`,
      { request_mutations: [append('x-a', 'new', action)] },
      [get('/', 'x-a: old', 'x-b: 1'), get('/', 'x-b: 1')],
    ),
  ),
  mutating(
    'one after the other',
    {
      request_mutations: [
        append('x-a', 'one'),
        append('x-a', '%REQ(x-a)%+', 'OVERWRITE_IF_EXISTS'),
        append('x-b', '%REQ(x-a)%'),
        { remove: 'x-gone' },
        { remove_on_match: { key_matcher: { prefix: 'x-rm' } } },
      ],
    },
    [get('/', 'x-gone: 1', 'x-rm-a: 1', 'x-kept: 1', 'x-rm-b: 2')],
  ),
  mutating(
    'a response',
    { response_mutations: [append('x-a', '%RESP(x-up)% %RESPONSE_CODE%'), { remove: 'x-up' }] },
    [get('/')],
    { upstream: reply(201, 'ok', 'x-up: 1') },
  ),
  mutating('a local reply', { response_mutations: [append('x-a', 'new')] }, [get('/')], {
    routes: [answer({}, 403, 'no')],
  }),
  mutating('an inline header', { request_mutations: [append('user-agent', 'new')] }, [
    get('/', 'user-agent: old'),
  ]),
  mutating('an empty value', { request_mutations: [append('x-a', '%REQ(x-none)%')] }, [get('/')]),
  ...ACTIONS.map((action) => query(action, [parameter('b', 'n w', action)], '/p?c=1&b=2&a=3&b=4')),
  ...ACTIONS.map((action) => query(`${action} where absent`, [parameter('b', 'n', action)], '/p')),
  query('removed', [{ remove: 'a' }], '/p?a=1&b=2&a=3'),
  query('removed, the last one', [{ remove: 'a' }], '/p?a=1'),
  query('what is encoded in other parameters', [{ remove: 'none' }], '/p?a=%26b=1%20HTTP'),
  query('from a header', [parameter('h', '%REQ(:method)%', 'ADD_IF_ABSENT')], '/p'),
];

function perRoute(value: string): JsonObject {
  return typed(`${MUTATION}.HeaderMutationPerRoute`, {
    mutations: {
      request_mutations: [
        append('x-all', value),
        append('x-last', value, 'OVERWRITE_IF_EXISTS_OR_ADD'),
      ],
      response_mutations: [append('x-all', value)],
    },
  });
}

function levels(name: string, fields: JsonObject): Scenario {
  const filter = mutation({ request_mutations: [append('x-all', 'filter')] }, fields);
  return {
    ...filtered(filter, { name: `header_mutation: ${name}` }),
    routeConfig: { typed_per_filter_config: { mutation: perRoute('table') } },
    virtualHost: { typed_per_filter_config: { mutation: perRoute('host') } },
    routes: [route({ with: { typed_per_filter_config: { mutation: perRoute('route') } } })],
    client: [get('/')],
  };
}

const perLevel: readonly Scenario[] = [
  levels('every level', {}),
  levels('every level, the most specific wins', { most_specific_header_mutations_wins: true }),
];

function buffering(name: string, client: Scenario['client'], perFilter?: JsonObject): Scenario {
  const filter = extension('buffer', `${BUFFER}.Buffer`, { max_request_bytes: 10 });
  const fields = perFilter ? { typed_per_filter_config: { buffer: perFilter } } : {};
  return {
    ...filtered(filter, { name: `buffer: ${name}` }),
    routes: [route({ with: fields })],
    client,
  };
}

function chunked(...chunks: readonly string[]): Scenario['client'][number] {
  const head = 'POST / HTTP/1.1\r\nhost: example.test\r\ntransfer-encoding: chunked\r\n\r\n';
  const pieces = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  return raw(head, ...pieces, '0\r\n\r\n');
}

const SMALLER = typed(`${BUFFER}.BufferPerRoute`, { buffer: { max_request_bytes: 4 } });
const OFF = typed(`${BUFFER}.BufferPerRoute`, { disabled: true });

const buffers: readonly Scenario[] = [
  buffering('a body with a length', [post('/', '0123456789')]),
  buffering('a body in chunks gets a length', [chunked('01234', '56789')]),
  buffering('a body in chunks that is too long', [chunked('01234', '56789', 'x')]),
  buffering('no body', [get('/')]),
  buffering('a smaller limit of the route', [chunked('0123', '4'), chunked('0123')], SMALLER),
  buffering('off for the route', [chunked('01234', '56789', 'x')], OFF),
  buffering('wrapped', [chunked('0123', '4')], typed(WRAPPER, { config: SMALLER })),
  buffering(
    'disabled by a wrapper',
    [chunked('01234', '567890')],
    typed(WRAPPER, { disabled: true }),
  ),
  {
    ...buffering('an upstream that answers early', [post('/', '0123456789')]),
    upstream: respond('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
  },
  {
    ...buffering('an upstream that never answers', [post('/', '0123')]),
    routes: [route({ action: { timeout: '0.2s' } })],
    upstream: hang,
  },
];

export const httpFilters: Group = {
  name: 'http-filters',
  scenarios: [...mutations, ...perLevel, ...buffers],
};
