import { assert } from '#base/assert.ts';
import { defaultRuntime, type RuntimeSnapshot } from '#base/runtime-snapshot.ts';
import type { FormatterEnvironment } from '#formatter/operator-definition.ts';
import { requestHeader } from '#formatter/operators/headers.ts';
import { processEnvironment } from '#formatter/process-environment.ts';
import type { RequestHeaders } from '#http/request-headers.ts';
import { DomainIndex } from '#routing/domain-index.ts';
import type { Route } from '#routing/route.ts';
import { buildVirtualHosts } from '#routing/route-builder.ts';
import type { RouteConfiguration } from '#routing/route-config.ts';
import type { RoutedVirtualHost } from '#routing/virtual-host.ts';
import type { StreamInfo } from '#stream-info/stream-info.ts';

/** A route configuration as a worker uses it: built once, then only read. */
export class RouteTable {
  readonly name: string;
  /** Removed from the requests of external clients, lower case. */
  readonly internalOnlyHeaders: readonly string[];
  readonly #ignoresPort: boolean;
  /** What stands for the authority, if something does. */
  readonly #readHost: ((headers: RequestHeaders) => string | undefined) | undefined;
  readonly #virtualHosts = new DomainIndex<RoutedVirtualHost>();

  constructor(
    config: RouteConfiguration,
    runtime: RuntimeSnapshot = defaultRuntime,
    environment: FormatterEnvironment = processEnvironment,
  ) {
    this.name = config.name;
    this.internalOnlyHeaders = config.internalOnlyHeaders;
    this.#ignoresPort = config.ignorePortInHostMatching;
    this.#readHost =
      config.vhostHeader === undefined ? undefined : requestHeader(config.vhostHeader);
    const built = buildVirtualHosts(config, { runtime, environment });
    config.virtualHosts.forEach(({ domains }, index) => {
      for (const domain of domains) {
        const conflict = this.#virtualHosts.add(domain, built[index] as RoutedVirtualHost);
        assert(conflict === undefined, `domain ${domain} was not checked`);
      }
    });
  }

  /**
   * The route of a request: the virtual host by its authority or the header that stands for it, then the first of its routes that
   * fits. `random` is a whole number that stays the same for the whole stream; it decides among
   * weighted clusters and runtime fractions.
   */
  match(headers: RequestHeaders, info: StreamInfo, random: number): Route | undefined {
    return this.#findVirtualHost(headers)?.match(headers, info, random);
  }

  #findVirtualHost(headers: RequestHeaders): RoutedVirtualHost | undefined {
    const host = this.#readHost === undefined ? headers.authority : this.#readHost(headers);
    if (host === undefined) return this.#virtualHosts.sole;
    return this.#virtualHosts.find(this.#ignoresPort ? withoutPort(host) : host);
  }
}

/** The last colon starts a port unless it stands inside the brackets of an IPv6 address. */
function withoutPort(authority: string): string {
  const colon = authority.lastIndexOf(':');
  return colon < 0 || authority.lastIndexOf(']') > colon
    ? authority
    : authority.substring(0, colon);
}
