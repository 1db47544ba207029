import t from 'tap';
import { errorsOf, ingressWith } from './load.ts';

const manager = 'static_resources.listeners[0].filter_chains[0].filters[0].typed_config';
const shop = `${manager}.route_config.virtual_hosts[0]`;

/** What a user gets to read for a mistake in `ingress.yaml`. */
const mistakes: readonly (readonly [what: string, text: string, ...errors: string[]])[] = [
  [
    'a misspelt field is answered with the one that was meant, and not called missing',
    ingressWith('stat_prefix:', 'stat_prefx:'),
    `envoy.yaml:22:17: ${manager}.stat_prefx: envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager has no such field; did you mean "stat_prefix"?`,
  ],
  [
    'a misspelt field in camel case is answered in snake case',
    ingressWith('use_remote_address', 'useRemoteAdress'),
    `envoy.yaml:24:17: ${manager}.useRemoteAdress: envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager has no such field; did you mean "use_remote_address"?`,
  ],
  [
    'a field that resembles nothing gets no suggestion',
    ingressWith('use_remote_address: true', 'quux: true'),
    `envoy.yaml:24:17: ${manager}.quux: envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager has no such field`,
  ],
  [
    'a misspelt enum value',
    ingressWith('response_code: found', 'response_code: FOUNDD'),
    `envoy.yaml:60:75: ${shop}.routes[1].redirect.response_code: envoy.config.route.v3.RedirectAction.RedirectResponseCode has no such value (value: "FOUNDD"); did you mean "FOUND"?`,
  ],
  [
    'a misspelt kind of cluster',
    ingressWith('type: STRICT_DNS', 'type: STRICT_DSN'),
    'envoy.yaml:87:13: static_resources.clusters[1].type: envoy.config.cluster.v3.Cluster.DiscoveryType has no such value (value: "STRICT_DSN"); did you mean "STRICT_DNS"?',
  ],
  [
    'a route to a cluster that is not there',
    ingressWith('route: { cluster: reviews-v1 }', 'route: { cluster: review-v1 }'),
    `envoy.yaml:70:36: ${manager}.route_config.virtual_hosts[1].routes[0].route.cluster: route: unknown cluster 'review-v1'; did you mean "reviews-v1"?`,
  ],
  [
    'a weighted cluster that is not there',
    ingressWith('- { name: reviews-v1, weight: 75 }', '- { name: reviews_v1, weight: 75 }'),
    `envoy.yaml:56:37: ${shop}.routes[0].route.weighted_clusters.clusters[0].name: route: unknown weighted cluster 'reviews_v1'; did you mean "reviews-v1"?`,
  ],
  [
    'a missing field points to the message that lacks it',
    ingressWith('stat_prefix: ingress_http', 'via: x'),
    `envoy.yaml:20:15: ${manager}.stat_prefix: value length must be at least 1 characters`,
  ],
  [
    'a number beyond its rule',
    ingressWith('port_value: 9901', 'port_value: 65536'),
    'envoy.yaml:5:43: admin.address.socket_address.port_value: value must be less than or equal to 65535 (value: "65536")',
  ],
  [
    'a number beyond its type',
    ingressWith('port_value: 9901', 'port_value: -1'),
    'envoy.yaml:5:55: admin.address.socket_address.port_value: the number does not fit uint32 (0 to 4294967295) (value: "-1")',
  ],
  [
    'a list for a number',
    ingressWith('port_value: 9901', 'port_value: [1]'),
    'envoy.yaml:5:55: admin.address.socket_address.port_value: expected a whole number, found a list',
  ],
  [
    'text for a number',
    ingressWith('port_value: 9901', 'port_value: http'),
    'envoy.yaml:5:55: admin.address.socket_address.port_value: expected a whole number, found a string (value: "http")',
  ],
  [
    'a fraction for a whole number',
    ingressWith('port_value: 9901', 'port_value: 99.5'),
    'envoy.yaml:5:55: admin.address.socket_address.port_value: expected a whole number (value: "99.5")',
  ],
  [
    'a number for a boolean',
    ingressWith('use_remote_address: true', 'use_remote_address: 1'),
    `envoy.yaml:24:37: ${manager}.use_remote_address: expected true or false, found a number (value: "1")`,
  ],
  [
    'an unquoted boolean for a string',
    ingressWith('region: eu', 'region: no'),
    'envoy.yaml:2:57: node.locality.region: expected a string, found a boolean: put it in quotes (value: "no")',
  ],
  [
    'an unquoted number for a string',
    ingressWith('region: eu', 'region: 0x5'),
    'envoy.yaml:2:57: node.locality.region: expected a string, found a number: put it in quotes (value: "0x5")',
  ],
  [
    'a number for a duration',
    ingressWith('stream_idle_timeout: 300s', 'stream_idle_timeout: 300'),
    `envoy.yaml:25:38: ${manager}.stream_idle_timeout: expected a duration such as "1.5s", found a number (value: "300")`,
  ],
  [
    'minutes for a duration',
    ingressWith('stream_idle_timeout: 300s', 'stream_idle_timeout: 5m'),
    `envoy.yaml:25:38: ${manager}.stream_idle_timeout: expected a duration in seconds with at most 9 decimals, such as "1.5s" (value: "5m")`,
  ],
  [
    'a negative duration',
    ingressWith('stream_idle_timeout: 300s', 'stream_idle_timeout: -5s'),
    `envoy.yaml:25:17: ${manager}.stream_idle_timeout: the duration must not be negative (value: "-5s")`,
  ],
  [
    'a duration of more than 292 years',
    ingressWith('stream_idle_timeout: 300s', 'stream_idle_timeout: 9223372036s'),
    `envoy.yaml:25:17: ${manager}.stream_idle_timeout: the duration is out of range (value: "9223372036s")`,
  ],
  [
    'two alternatives at once',
    ingressWith('match: { path: /old }', 'match: { path: /old, prefix: / }'),
    `envoy.yaml:59:48: ${shop}.routes[1].match.prefix: cannot be set together with path: only one of them may be given`,
  ],
  [
    'none of the alternatives',
    ingressWith('match: { path: /old }', 'match: {}'),
    `envoy.yaml:59:27: ${shop}.routes[1].match: one of prefix, path, safe_regex, connect_matcher, path_separated_prefix, path_match_policy must be set`,
  ],
  [
    'a route without an action',
    ingressWith('redirect: { path_redirect: /new, response_code: found }', 'name: x'),
    `envoy.yaml:59:27: ${shop}.routes[1]: one of route, redirect, direct_response, filter_action, non_forwarding_action must be set`,
  ],
  [
    'one field in both spellings',
    ingressWith(
      'use_remote_address: true',
      'use_remote_address: true\n                useRemoteAddress: false',
    ),
    `envoy.yaml:25:17: ${manager}.use_remote_address: the field is given twice, also as use_remote_address`,
  ],
  [
    'an extension without its type',
    ingressWith(
      '"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
      'suppress_envoy_headers: true',
    ),
    `envoy.yaml:74:23: ${manager}.http_filters[0].typed_config: "@type" is missing`,
  ],
  [
    'an extension of a misspelt type',
    ingressWith('router.v3.Router', 'router.v3.Ruter'),
    `envoy.yaml:74:32: ${manager}.http_filters[0].typed_config.@type: the type is not known to Proa (value: "type.googleapis.com/envoy.extensions.filters.http.router.v3.Ruter"); did you mean "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"?`,
  ],
  [
    'an extension that Proa does not have',
    ingressWith(
      'envoy.extensions.filters.http.router.v3.Router',
      'envoy.extensions.filters.http.cors.v3.Cors',
    ),
    `envoy.yaml:73:21: ${manager}.http_filters[0].typed_config: the extension envoy.extensions.filters.http.cors.v3.Cors is valid in Envoy but not supported by Proa yet`,
  ],
  [
    'a type URL without a host',
    ingressWith(
      'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
      'envoy.extensions.filters.http.router.v3.Router',
    ),
    `envoy.yaml:74:32: ${manager}.http_filters[0].typed_config.@type: the type must be written as "type.googleapis.com/…" (value: "envoy.extensions.filters.http.router.v3.Router")`,
  ],
  [
    'a field that Proa does not have',
    ingressWith('use_remote_address: true', 'tracing: { verbose: true }'),
    `envoy.yaml:24:17: ${manager}.tracing: the field tracing is valid in Envoy but not supported by Proa yet`,
  ],
  [
    'an enum value that Proa does not have',
    ingressWith('codecType: auto', 'codecType: http3'),
    `envoy.yaml:23:17: ${manager}.codec_type: the value HTTP3 is valid in Envoy but not supported by Proa yet`,
  ],
  [
    'domains that are taken',
    ingressWith('["shop.example", "*.shop.example"]', '["*", "SHOP.example", "shop.example"]'),
    `envoy.yaml:50:54: ${shop}.domains[2]: Only unique values for domains are permitted. Duplicate entry of domain shop.example in route local (value: "shop.example")`,
    `envoy.yaml:67:33: ${manager}.route_config.virtual_hosts[1].domains[0]: Only a single wildcard domain is permitted in route local (value: "*")`,
  ],
  [
    'too few items',
    ingressWith('["shop.example", "*.shop.example"]', '[]'),
    `envoy.yaml:50:23: ${shop}.domains: value must contain at least 1 item(s)`,
  ],
  [
    'two clusters of one name',
    ingressWith('name: reviews-v2\n      connect', 'name: reviews-v1\n      connect'),
    `envoy.yaml:57:37: ${shop}.routes[0].route.weighted_clusters.clusters[1].name: route: unknown weighted cluster 'reviews-v2'; did you mean "reviews-v1"?`,
    'envoy.yaml:85:7: static_resources.clusters[1].name: duplicate cluster (value: "reviews-v1")',
  ],
  [
    'an empty string where one is needed',
    ingressWith('regex: "/r/[0-9]+"', 'regex: ""'),
    `envoy.yaml:62:43: ${shop}.routes[2].match.safe_regex.regex: value length must be at least 1 characters`,
  ],
  [
    'a header name that would break a line',
    ingressWith('name: x-debug', 'name: "x\\ny"'),
    `envoy.yaml:64:35: ${shop}.routes[2].match.headers[0].name: value is not a valid HTTP header name (value: "x\\ny")`,
  ],
  [
    'a number outside of its range',
    ingressWith('status: 418', 'status: 99'),
    `envoy.yaml:65:46: ${shop}.routes[2].direct_response.status: value must be inside range [200, 600) (value: "99")`,
  ],
  [
    'bytes that are not base64',
    ingressWith('inline_string: "teapot"', 'inline_bytes: "%%"'),
    `envoy.yaml:65:81: ${shop}.routes[2].direct_response.body.inline_bytes: the value is not valid base64 (value: "%%")`,
  ],
  [
    'metadata that is not a map',
    ingressWith(
      'domains: ["*"]',
      'domains: ["*"]\n                      metadata: { filter_metadata: { a: 5 } }',
    ),
    `envoy.yaml:68:57: ${manager}.route_config.virtual_hosts[1].metadata.filter_metadata.a: expected a map, found a number (value: "5")`,
  ],
  [
    'a map for a list item',
    ingressWith('- match: { path: /old }', '- match: [x]'),
    `envoy.yaml:59:34: ${shop}.routes[1].match: expected a map, found a list`,
  ],
];

for (const [what, text, ...errors] of mistakes) {
  t.test(what, (t) => {
    t.same(errorsOf(text), errors);
    t.end();
  });
}
