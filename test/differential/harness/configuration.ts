import type { JsonObject } from './scenario.ts';

/** The name that the cluster or fake upstream of that name has in the bootstrap. */
export function named(name: string): string {
  return `${name}-{{id}}`;
}

export interface RouteShorthand {
  /** A `RouteMatch`; by default the prefix `/`. */
  readonly match?: JsonObject;
  readonly prefix?: string;
  readonly path?: string;
  readonly regex?: string;
  /** The upstream to send to; by default `backend`. */
  readonly to?: string;
  /** Fields of the `RouteAction`. */
  readonly action?: JsonObject;
  /** Instead of a `RouteAction`. */
  readonly redirect?: JsonObject;
  /** Instead of a `RouteAction`. */
  readonly direct?: JsonObject;
  /** Fields of the `Route` itself. */
  readonly with?: JsonObject;
}

/** A route to the upstream `backend` or, with `to`, to another. */
export function route(short: RouteShorthand = {}): JsonObject {
  return { match: matchOf(short), ...actionOf(short), ...short.with };
}

/** A route that answers by itself. */
export function answer(
  short: RouteShorthand,
  status: number,
  body = '',
  fields: JsonObject = {},
): JsonObject {
  const directResponse = body === '' ? { status } : { status, body: { inline_string: body } };
  return route({ ...short, direct: directResponse, with: fields });
}

/** A route that says which one it was: the way to test matching without an upstream. */
export function mark(name: string, short: RouteShorthand = {}): JsonObject {
  return answer(short, 200, name, { name });
}

export function virtualHost(
  name: string,
  domains: readonly string[],
  routes: readonly JsonObject[],
  fields: JsonObject = {},
): JsonObject {
  return { name, domains, routes, ...fields };
}

/** A `HeaderValueOption` as Envoy's `append_action` names it. */
export function header(
  key: string,
  value: string,
  appendAction?: string,
  more: JsonObject = {},
): JsonObject {
  return {
    header: { key, value },
    ...(appendAction === undefined ? {} : { append_action: appendAction }),
    ...more,
  };
}

/** An extension's configuration with its type URL, of the package `envoy.`. */
export function typed(type: string, fields: JsonObject = {}): JsonObject {
  return { '@type': `type.googleapis.com/envoy.${type}`, ...fields };
}

/** A `TypedExtensionConfig`. */
export function extension(name: string, type: string, fields: JsonObject = {}): JsonObject {
  return { name, typed_config: typed(type, fields) };
}

function matchOf(short: RouteShorthand): JsonObject {
  const rest = short.match ?? {};
  if (short.path !== undefined) return { path: short.path, ...rest };
  if (short.regex !== undefined) return { safe_regex: { regex: short.regex }, ...rest };
  if (short.prefix !== undefined) return { prefix: short.prefix, ...rest };
  const specified = PATH_SPECIFIERS.some((field) => field in rest);
  return specified ? rest : { prefix: '/', ...rest };
}

const PATH_SPECIFIERS = [
  'prefix',
  'path',
  'safe_regex',
  'path_separated_prefix',
  'path_match_policy',
  'connect_matcher',
];

function actionOf(short: RouteShorthand): JsonObject {
  if (short.redirect !== undefined) return { redirect: short.redirect };
  if (short.direct !== undefined) return { direct_response: short.direct };
  const cluster = CLUSTER_SPECIFIERS.some((field) => field in (short.action ?? {}))
    ? {}
    : { cluster: named(short.to ?? 'backend') };
  return { route: { ...cluster, ...short.action } };
}

const CLUSTER_SPECIFIERS = [
  'cluster',
  'cluster_header',
  'weighted_clusters',
  'cluster_specifier_plugin',
];
