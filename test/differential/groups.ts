import { accessLog } from './cases/access-log.ts';
import { admin } from './cases/admin.ts';
import { basics } from './cases/basics.ts';
import { configuration } from './cases/configuration.ts';
import { forwarding } from './cases/forwarding.ts';
import { limits } from './cases/limits.ts';
import { managerOptions } from './cases/manager-options.ts';
import { requestFraming } from './cases/request-framing.ts';
import { requestSyntax } from './cases/request-syntax.ts';
import { responses } from './cases/responses.ts';
import { rewriting } from './cases/rewriting.ts';
import { routing } from './cases/routing.ts';
import { upgrades } from './cases/upgrades.ts';
import { upstreams } from './cases/upstreams.ts';
import type { Group } from './harness/scenario.ts';

/** The whole table. */
export const groups: readonly Group[] = [
  basics,
  requestSyntax,
  requestFraming,
  responses,
  limits,
  upgrades,
  forwarding,
  managerOptions,
  routing,
  rewriting,
  upstreams,
  accessLog,
  admin,
  configuration,
];
