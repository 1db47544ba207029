import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { HTML_TYPE, textResponse } from '#server/admin/admin-response.ts';
import { clustersPage } from '#server/admin/clusters-page.ts';
import { configDumpPage } from '#server/admin/config-dump-page.ts';
import { helpText } from '#server/admin/help-page.ts';
import { homePage } from '#server/admin/home-page.ts';
import {
  certsPage,
  contentionPage,
  healthCheckFailAction,
  healthCheckOkAction,
  hotRestartVersionPage,
  initDumpPage,
  quitAction,
  readyPage,
  reopenLogsAction,
  serverInfoPage,
} from '#server/admin/lifecycle-pages.ts';
import { drainListenersAction, listenersPage } from '#server/admin/listeners-pages.ts';
import { loggingPage } from '#server/admin/logging-page.ts';
import { memoryPage } from '#server/admin/memory-page.ts';
import { profilingEndpoints } from '#server/admin/profiling-pages.ts';
import { prometheusPage } from '#server/admin/prometheus-page.ts';
import { runtimeModifyAction, runtimePage } from '#server/admin/runtime-pages.ts';
import { recentLookupsEndpoints, resetCountersAction } from '#server/admin/stats-actions.ts';
import { statsPage } from '#server/admin/stats-page.ts';

const homeEndpoint: AdminEndpoint = {
  path: '/',
  help: 'Admin home page',
  mutatesState: false,
  parameters: [],
  handle: () => ({ status: 200, contentType: HTML_TYPE, body: homePage(adminRoutes) }),
};

const helpEndpoint: AdminEndpoint = {
  path: '/help',
  help: 'print out list of admin commands',
  mutatesState: false,
  parameters: [],
  handle: () => textResponse(helpText(adminRoutes)),
};

/** Every page and action, in the order in which they are listed: by path. */
export const adminRoutes: readonly AdminEndpoint[] = [
  homeEndpoint,
  helpEndpoint,
  certsPage,
  clustersPage,
  configDumpPage,
  contentionPage,
  drainListenersAction,
  healthCheckFailAction,
  healthCheckOkAction,
  hotRestartVersionPage,
  initDumpPage,
  listenersPage,
  loggingPage,
  memoryPage,
  ...profilingEndpoints,
  quitAction,
  readyPage,
  reopenLogsAction,
  resetCountersAction,
  runtimePage,
  runtimeModifyAction,
  serverInfoPage,
  statsPage,
  prometheusPage,
  ...recentLookupsEndpoints(),
].sort((a, b) => (a.path < b.path ? -1 : 1));
