import { envoyBootstrap } from '../peers/envoy-bootstrap.ts';
import { measureCpuPerRequest } from '../runner/cpu-per-request.ts';
import type { Workload } from '../runner/workload.ts';

const VIRTUAL_HOSTS = 200;

/** Beginnings of paths in the order of the routes of each virtual host; the last one matches everything. */
const PREFIXES = [
  '/api/v1/accounts/',
  '/api/v1/baskets/',
  '/api/v1/catalogue/',
  '/api/v1/customers/',
  '/api/v1/deliveries/',
  '/api/v1/invoices/',
  '/api/v1/orders/',
  '/api/v1/payments/',
  '/api/v1/prices/',
  '/api/v1/refunds/',
  '/api/v2/orders/',
  '/api/v2/payments/',
  '/assets/fonts/',
  '/assets/images/',
  '/assets/scripts/',
  '/help/',
  '/internal/reports/',
  '/search/',
  '/sign-in/',
  '/',
] as const;

/**
 * What a gateway of a middling company carries: many virtual hosts with many routes, header rules and a log.
 * The log goes to /dev/null, so that no disk is measured. HAProxy and nginx have no literal equivalent.
 */
export const rulesAndLog: Workload = {
  name: 'rules-and-log',
  title: 'CPU per request, 200 virtual hosts x 20 routes, 5 header rules, JSON access log',
  unit: 'us',
  targets: [{ relativeTo: 'envoy', must: 0.65, goal: 0.5 }],
  measure: (context) =>
    measureCpuPerRequest(context, {
      plainForwarding: false,
      bootstrap: (ports) =>
        envoyBootstrap({
          ...ports,
          connectionManager: { access_log: [jsonAccessLog()] },
          routeConfig: routeConfig(),
        }),
      responseBytes: 1_024,
      traffic: {
        method: 'GET',
        hosts: Array.from({ length: VIRTUAL_HOSTS }, (_, index) => domainOf(index)),
        pathPrefixes: PREFIXES,
        bodyBytes: 0,
      },
    }),
};

function domainOf(index: number): string {
  return `shop-${index}.example.com`;
}

function routeConfig(): object {
  const routes = PREFIXES.map((prefix) => ({
    name: `route${prefix.replaceAll('/', '-')}`,
    match: { prefix },
    route: { cluster: 'upstream', timeout: '15s' },
  }));
  return {
    name: 'ingress',
    virtual_hosts: Array.from({ length: VIRTUAL_HOSTS }, (_, index) => ({
      name: `shop-${index}`,
      domains: [domainOf(index)],
      routes,
    })),
    request_headers_to_add: [
      { header: { key: 'x-gateway', value: 'ingress-1' } },
      { header: { key: 'x-client-address', value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } },
    ],
    request_headers_to_remove: ['sec-fetch-mode'],
    response_headers_to_add: [
      { header: { key: 'strict-transport-security', value: 'max-age=31536000' } },
    ],
    response_headers_to_remove: ['server'],
  };
}

function jsonAccessLog(): object {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
      path: '/dev/null',
      log_format: {
        json_format: {
          start_time: '%START_TIME%',
          method: '%REQ(:METHOD)%',
          path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
          protocol: '%PROTOCOL%',
          response_code: '%RESPONSE_CODE%',
          response_code_details: '%RESPONSE_CODE_DETAILS%',
          response_flags: '%RESPONSE_FLAGS%',
          bytes_received: '%BYTES_RECEIVED%',
          bytes_sent: '%BYTES_SENT%',
          duration: '%DURATION%',
          upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
          x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
          user_agent: '%REQ(USER-AGENT)%',
          request_id: '%REQ(X-REQUEST-ID)%',
          authority: '%REQ(:AUTHORITY)%',
          upstream_host: '%UPSTREAM_HOST%',
          upstream_cluster: '%UPSTREAM_CLUSTER%',
          downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
          route_name: '%ROUTE_NAME%',
        },
      },
    },
  };
}
