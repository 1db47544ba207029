import type { FilterFactory } from '#connection-manager/filter.ts';
import type { RouterEnvironment } from '#extensions/http-filters/router/router-environment.ts';
import { RouterFilter } from '#extensions/http-filters/router/router-filter.ts';

/** Makes the routers of one filter chain. */
export function createRouterFactory(name: string, environment: RouterEnvironment): FilterFactory {
  return {
    name,
    isDisabled: false,
    create: (callbacks) => new RouterFilter(callbacks, environment),
  };
}
