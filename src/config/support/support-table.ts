import { accessLogSupport } from '#config/support/access-log.ts';
import { bootstrapSupport } from '#config/support/bootstrap.ts';
import { clusterSupport } from '#config/support/cluster.ts';
import { coreSupport } from '#config/support/core.ts';
import { endpointSupport } from '#config/support/endpoint.ts';
import { httpConnectionManagerSupport } from '#config/support/http-connection-manager.ts';
import { httpFiltersSupport } from '#config/support/http-filters.ts';
import { listenerSupport } from '#config/support/listener.ts';
import { matcherSupport } from '#config/support/matcher.ts';
import type { SupportTable } from '#config/support/message-support.ts';
import { routeSupport } from '#config/support/route.ts';

/** The messages that Proa understands by family, in the order of the documentation. */
export const supportFamilies: Readonly<Record<string, SupportTable>> = {
  Bootstrap: bootstrapSupport,
  Listeners: listenerSupport,
  'HTTP connection manager': httpConnectionManagerSupport,
  'HTTP filters': httpFiltersSupport,
  Routes: routeSupport,
  Clusters: clusterSupport,
  Endpoints: endpointSupport,
  'Access logs': accessLogSupport,
  Matchers: matcherSupport,
  'Common messages': coreSupport,
};

/** Every message that Proa understands, with the fields of it that it supports. */
export const supportTable: SupportTable = Object.assign({}, ...Object.values(supportFamilies));
