import t from 'tap';
import { grpcFilters } from './cases/grpc-filters.ts';
import { checkGroup } from './harness/check-group.ts';

await checkGroup(t, grpcFilters);
