import { create, type DescMessage, fromJson, type JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import { messageType } from '#config/registry.ts';
import { checkMessageRules } from '#config/rules/message-check.ts';

/** What the rules of a message's type say of it: `field: reason` for each. */
function problems(type: DescMessage, json: JsonObject): string[] {
  const found: string[] = [];
  const message = fromJson(type, json);
  checkMessageRules(type, message as unknown as Record<string, unknown>, (field, reason) => {
    found.push(`${field}: ${reason}`);
  });
  return found;
}

const cluster = messageType('envoy.config.cluster.v3.Cluster');
const route = messageType('envoy.config.route.v3.Route');

t.test('fields of an implicit default are checked although nobody set them', (t) => {
  t.same(problems(cluster, {}), ['name: value length must be at least 1 characters']);
  t.end();
});

t.test('wrapped values are checked only when they are set', (t) => {
  const thresholds = messageType('envoy.config.cluster.v3.Cluster.LeastRequestLbConfig');
  t.same(problems(thresholds, {}), []);
  t.same(problems(thresholds, { choiceCount: 1 }), [
    'choice_count: value must be greater than or equal to 2',
  ]);
  t.end();
});

t.test('required messages and required alternatives', (t) => {
  t.same(problems(route, {}), [
    'match: value is required',
    ': one of route, redirect, direct_response, filter_action, non_forwarding_action must be set',
  ]);
  t.same(problems(route, { match: {}, redirect: {} }), []);
  t.end();
});

t.test('a rule of an alternative holds when that alternative is chosen', (t) => {
  const action = messageType('envoy.config.route.v3.RouteAction');
  t.same(problems(action, { cluster: '' }), [
    'cluster: value length must be at least 1 characters',
  ]);
  t.same(problems(action, { clusterHeader: 'x' }), []);
  t.end();
});

t.test('durations are compared to the nanosecond', (t) => {
  t.same(problems(cluster, { name: 'a', connectTimeout: '0s' }), [
    'connect_timeout: value must be greater than 0s',
  ]);
  t.same(problems(cluster, { name: 'a', connectTimeout: '0.000000001s' }), []);
  t.same(problems(cluster, { name: 'a', dnsRefreshRate: '0.001s' }), [
    'dns_refresh_rate: value must be greater than 0.001s',
  ]);
  t.end();
});

t.test('enums must have the value where they say so', (t) => {
  t.same(problems(cluster, { name: 'a', lbPolicy: 77 }), [
    'lb_policy: value must be one of the defined enum values',
  ]);
  t.end();
});

t.test('lists have their number of items, their own rules and unique items', (t) => {
  const host = messageType('envoy.config.route.v3.VirtualHost');
  t.same(problems(host, { name: 'a' }), ['domains: value must contain at least 1 item(s)']);
  t.same(problems(host, { name: 'a', domains: ['x', 'y\n'] }), [
    'domains[1]: value is not a valid HTTP header value',
  ]);
  const buckets = messageType('envoy.config.metrics.v3.HistogramBucketSettings');
  t.same(problems(buckets, { match: {}, buckets: [1, 2, 1, -1] }), [
    'buckets[2]: repeated value must contain unique items',
    'buckets[3]: value must be greater than 0',
  ]);
  const filters = messageType('envoy.config.accesslog.v3.AndFilter');
  t.same(problems(filters, { filters: [{}] }), ['filters: value must contain at least 2 item(s)']);
  t.end();
});

t.test('bytes are counted', (t) => {
  const value = messageType('envoy.config.core.v3.HeaderValue');
  const rawValue = Buffer.alloc(16385).toString('base64');
  t.same(problems(value, { key: 'a', rawValue }), [
    'raw_value: value length must be at most 16384 bytes',
  ]);
  t.end();
});

t.test('types without rules have no problems', (t) => {
  const type = messageType('envoy.config.core.v3.Locality');
  checkMessageRules(type, create(type) as never, () => t.fail('nothing to report'));
  t.same(problems(type, { region: 'x' }), []);
  t.end();
});
