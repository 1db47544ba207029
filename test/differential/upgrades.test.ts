import t from 'tap';
import { upgrades } from './cases/upgrades.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, upgrades);
