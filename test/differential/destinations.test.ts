import t from 'tap';
import { destinationGroup } from './cases/destinations.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, destinationGroup);
