import t from 'tap';
import { httpFilters } from './cases/http-filters.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, httpFilters);
