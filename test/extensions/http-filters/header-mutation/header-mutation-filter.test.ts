import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { ParseContext } from '#config/parse-context.ts';
import { headerMutationReader } from '#extensions/http-filters/header-mutation/from-proto.ts';
import {
  HEADER_MUTATION_PER_ROUTE_TYPE,
  HEADER_MUTATION_TYPE,
  type HeaderMutationFilterConfig,
} from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import { createHeaderMutation } from '#extensions/http-filters/header-mutation/header-mutation-factory.ts';
import { messageOf } from '../../../tools/message-of.ts';
import { FilterDriver, fieldsOf } from '../filter-driver.ts';

/** Reads a configuration and gives it to a worker as it would get it. */
function configOf(json: JsonObject): HeaderMutationFilterConfig {
  const context = ParseContext.root();
  const config = headerMutationReader.config.read(messageOf(HEADER_MUTATION_TYPE, json), context);
  if (context.errors.length > 0) throw new Error(JSON.stringify(context.errors));
  return structuredClone(config as HeaderMutationFilterConfig);
}

function perRouteOf(mutations: JsonObject): unknown {
  const message = messageOf(HEADER_MUTATION_PER_ROUTE_TYPE, { mutations });
  return headerMutationReader.perRoute?.read(message, ParseContext.root());
}

function drive(mutations: JsonObject, perRoute: readonly JsonObject[] = []): FilterDriver {
  const create = createHeaderMutation(configOf({ mutations }));
  return new FilterDriver(create, { perFilterConfigs: perRoute.map(perRouteOf) });
}

function append(key: string, value: string, appendAction?: string): JsonObject {
  return { append: { header: { key, value }, ...(appendAction ? { appendAction } : {}) } };
}

function sentFields(driver: FilterDriver): Record<string, string> {
  const { 'x-forwarded-proto': _, ...fields } = fieldsOf(driver.request.headers);
  return fields;
}

t.test('changes are made one after the other', async (t) => {
  const driver = drive({
    requestMutations: [
      append('X-New', 'one'),
      append('x-new', '%REQ(x-new)%+two', 'OVERWRITE_IF_EXISTS'),
      { remove: 'X-Gone' },
      { removeOnMatch: { keyMatcher: { prefix: 'x-rm-' } } },
      append('x-absent', 'no', 'OVERWRITE_IF_EXISTS'),
      append('x-kept', 'no', 'ADD_IF_ABSENT'),
    ],
  });
  const given = { 'x-gone': '1', 'x-rm-a': '1', 'x-rm-b': '2', 'x-kept': 'yes' };
  driver.sendRequest('/', given, []);
  t.strictSame(sentFields(driver), { 'x-kept': 'yes', 'x-new': 'one+two' });
});

t.test('responses and trailers of both directions are changed too', async (t) => {
  const driver = drive({
    requestTrailersMutations: [append('x-t', '%REQ(x-a)%')],
    responseMutations: [append('x-r', '%REQ(x-a)% %RESP(x-b)%')],
    responseTrailersMutations: [{ remove: 'x-gone' }, append('x-t', '%RESP(x-b)%')],
  });
  driver.sendRequest('/', { 'x-a': 'a' }, [Buffer.from('body')], { 'x-given': '1' });
  driver.sendResponse(200, { 'x-b': 'b' }, [Buffer.from('body')], { 'x-gone': '1' });
  t.strictSame(fieldsOf(driver.request.trailers), { 'x-given': '1', 'x-t': 'a' });
  t.strictSame(fieldsOf(driver.response.headers), { 'x-b': 'b', 'x-r': 'a b' });
  t.strictSame(fieldsOf(driver.response.trailers), { 'x-t': 'b' });
});

t.test('parameters of the query are changed', async (t) => {
  const set = (action: string): JsonObject => ({
    queryParameterMutations: [{ append: { record: { key: 'b', value: 'n w' }, action } }],
  });
  const cases: readonly (readonly [mutations: JsonObject, path: string, expected: string])[] = [
    [set('APPEND_IF_EXISTS_OR_ADD'), '/p?b=1&a', '/p?a=&b=1&b=n%20w'],
    [set('ADD_IF_ABSENT'), '/p?b=1', '/p?b=1'],
    [set('ADD_IF_ABSENT'), '/p', '/p?b=n%20w'],
    [set('OVERWRITE_IF_EXISTS'), '/p?b=1&b=2', '/p?b=n%20w'],
    [set('OVERWRITE_IF_EXISTS'), '/p?a=1', '/p?a=1'],
    [set('OVERWRITE_IF_EXISTS_OR_ADD'), '/p?a=1', '/p?a=1&b=n%20w'],
    [{ queryParameterMutations: [{ remove: 'b' }] }, '/p?b=1&%62=2&c=%26', '/p?c=%26'],
    [{ queryParameterMutations: [{ remove: 'b' }] }, '/p?b', '/p'],
    [{}, '/p?b=1&a', '/p?b=1&a'],
  ];
  for (const [mutations, path, expected] of cases) {
    const driver = drive(mutations);
    driver.sendRequest(path, {}, []);
    t.equal(driver.request.headers?.path, expected, `${JSON.stringify(mutations)} ${path}`);
  }
});

t.test('a parameter that nobody changes keeps its encoding', async (t) => {
  const driver = drive({ queryParameterMutations: [{ remove: 'none' }] });
  driver.sendRequest('/p?a=%20x%26y%0d%0a&a=%zz', {}, []);
  t.equal(driver.request.headers?.path, '/p?a=%20x%26y%0d%0a&a=%zz');
});

t.test('every level has its say; the table or the route wins', async (t) => {
  const says = (value: string): JsonObject => ({
    requestMutations: [
      append('x-who', value, 'OVERWRITE_IF_EXISTS_OR_ADD'),
      append('x-all', value),
    ],
  });
  const levels = [says('table'), says('host'), says('route')].map(perRouteOf);
  for (const [wins, who, all] of [
    [false, 'table', ['filter', 'route', 'host', 'table']],
    [true, 'route', ['filter', 'table', 'host', 'route']],
  ] as const) {
    const config = configOf({
      mutations: says('filter'),
      mostSpecificHeaderMutationsWins: wins,
    });
    const driver = new FilterDriver(createHeaderMutation(config), { perFilterConfigs: levels });
    driver.sendRequest('/', {}, []);
    t.equal(driver.request.headers?.get('x-who'), who);
    t.strictSame(driver.request.headers?.getAll('x-all'), all);
  }
});

t.test('what is wrong with a change is said', async (t) => {
  const cases: readonly (readonly [mutations: JsonObject, reason: RegExp])[] = [
    [{ requestMutations: [append(':path', '/x')] }, /:-prefixed or host headers/],
    [{ responseMutations: [append('host', 'x')] }, /:-prefixed or host headers/],
    [{ requestMutations: [append('x', '%NO%')] }, /there is no operator NO/],
    [{ queryParameterMutations: [{}] }, /No mutation specified/],
    [{ queryParameterMutations: [{ append: {} }] }, /No record specified/],
    [
      { queryParameterMutations: [{ append: { record: { key: 'a', value: 1 } } }] },
      /Only string value is allowed/,
    ],
  ];
  for (const [mutations, reason] of cases) {
    const context = ParseContext.root();
    headerMutationReader.config.read(messageOf(HEADER_MUTATION_TYPE, { mutations }), context);
    t.match(context.errors[0]?.reason, reason);
  }
});
