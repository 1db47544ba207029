import t from 'tap';
import { routeConfiguration } from './cases/route-configuration.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, routeConfiguration);
