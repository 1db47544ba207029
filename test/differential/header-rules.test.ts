import t from 'tap';
import { headerRules } from './cases/header-rules.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, headerRules);
