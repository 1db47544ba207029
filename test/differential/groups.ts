import { accessLog } from './cases/access-log.ts';
import { admin } from './cases/admin.ts';
import { basics } from './cases/basics.ts';
import { configuration } from './cases/configuration.ts';
import { destinationGroup } from './cases/destinations.ts';
import { forwarding } from './cases/forwarding.ts';
import { grpc } from './cases/grpc.ts';
import { grpcFilters } from './cases/grpc-filters.ts';
import { h2Basics } from './cases/h2-basics.ts';
import { h2Limits } from './cases/h2-limits.ts';
import { h2Malformed } from './cases/h2-malformed.ts';
import { h2Options } from './cases/h2-options.ts';
import { h2Translation } from './cases/h2-translation.ts';
import { h2Upstreams } from './cases/h2-upstreams.ts';
import { headerRules } from './cases/header-rules.ts';
import { httpFilters } from './cases/http-filters.ts';
import { limits } from './cases/limits.ts';
import { managerOptions } from './cases/manager-options.ts';
import { matchers } from './cases/matchers.ts';
import { requestFraming } from './cases/request-framing.ts';
import { requestSequence } from './cases/request-sequence.ts';
import { requestSyntax } from './cases/request-syntax.ts';
import { responses } from './cases/responses.ts';
import { rewriting } from './cases/rewriting.ts';
import { routeConfiguration } from './cases/route-configuration.ts';
import { routing } from './cases/routing.ts';
import { timeoutGroup } from './cases/timeouts.ts';
import { upgrades } from './cases/upgrades.ts';
import { upstreams } from './cases/upstreams.ts';
import type { Group } from './harness/scenario.ts';

/** The whole table. */
export const groups: readonly Group[] = [
  basics,
  requestSyntax,
  requestFraming,
  requestSequence,
  responses,
  limits,
  upgrades,
  forwarding,
  managerOptions,
  routing,
  matchers,
  destinationGroup,
  rewriting,
  headerRules,
  upstreams,
  timeoutGroup,
  accessLog,
  admin,
  configuration,
  routeConfiguration,
  h2Basics,
  h2Malformed,
  h2Limits,
  h2Translation,
  h2Upstreams,
  h2Options,
  grpc,
  grpcFilters,
  httpFilters,
];
