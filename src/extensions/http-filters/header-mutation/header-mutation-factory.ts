import type { FilterCreator, StreamFilterCallbacks } from '#connection-manager/filter.ts';
import { PerRouteSettings } from '#connection-manager/per-route-settings.ts';
import type {
  HeaderMutationFilterConfig,
  MutationsConfig,
} from '#extensions/http-filters/header-mutation/header-mutation-config.ts';
import { HeaderMutationFilter } from '#extensions/http-filters/header-mutation/header-mutation-filter.ts';
import { Mutations } from '#extensions/http-filters/header-mutation/mutations.ts';

export function createHeaderMutation({
  mutations,
  mostSpecificWins,
}: HeaderMutationFilterConfig): FilterCreator {
  const own = new Mutations(mutations);
  const ofRoutes = new PerRouteSettings((config: MutationsConfig) => new Mutations(config));
  const find = (callbacks: StreamFilterCallbacks): readonly Mutations[] => {
    const all = ofRoutes.all(callbacks);
    return mostSpecificWins ? all : all.toReversed();
  };
  return (callbacks) => new HeaderMutationFilter(callbacks, own, find);
}
