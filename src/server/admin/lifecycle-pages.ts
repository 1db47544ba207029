import type { AdminEndpoint } from '#server/admin/admin-endpoint.ts';
import { jsonResponse, okResponse, textResponse } from '#server/admin/admin-response.ts';
import { commandLineOptionsJson } from '#server/admin/command-line-options-json.ts';

export const readyPage: AdminEndpoint = {
  path: '/ready',
  help: 'print server state, return 200 if LIVE, otherwise return 503',
  mutatesState: false,
  parameters: [],
  handle: (_request, services) => {
    const state = services.state();
    return textResponse(`${state}\n`, state === 'LIVE' ? 200 : 503);
  },
};

export const serverInfoPage: AdminEndpoint = {
  path: '/server_info',
  help: 'print server version/status information',
  mutatesState: false,
  parameters: [],
  handle: (_request, services) => {
    const uptime = `${services.uptimeSeconds()}s`;
    return jsonResponse({
      version: services.version,
      state: services.state(),
      uptime_current_epoch: uptime,
      uptime_all_epochs: uptime,
      hot_restart_version: 'disabled',
      command_line_options: commandLineOptionsJson(services.options),
      node: services.node(),
      hot_restart_initializing: false,
    });
  },
};

export const hotRestartVersionPage: AdminEndpoint = {
  path: '/hot_restart_version',
  help: 'print the hot restart compatibility version',
  mutatesState: false,
  parameters: [],
  handle: () => textResponse('disabled'),
};

export const healthCheckFailAction: AdminEndpoint = {
  path: '/healthcheck/fail',
  help: 'cause the server to fail health checks',
  mutatesState: true,
  parameters: [],
  handle: (_request, services) => {
    services.actions.failHealthChecks(true);
    return okResponse();
  },
};

export const healthCheckOkAction: AdminEndpoint = {
  path: '/healthcheck/ok',
  help: 'cause the server to pass health checks',
  mutatesState: true,
  parameters: [],
  handle: (_request, services) => {
    services.actions.failHealthChecks(false);
    return okResponse();
  },
};

export const quitAction: AdminEndpoint = {
  path: '/quitquitquit',
  help: 'exit the server',
  mutatesState: true,
  parameters: [],
  handle: (_request, services) => {
    services.actions.quit();
    return okResponse();
  },
};

export const reopenLogsAction: AdminEndpoint = {
  path: '/reopen_logs',
  help: 'reopen access logs',
  mutatesState: true,
  parameters: [],
  handle: (_request, services) => {
    services.actions.reopenAccessLogs();
    return okResponse();
  },
};

export const initDumpPage: AdminEndpoint = {
  path: '/init_dump',
  help: 'dump current Envoy init manager information (experimental)',
  mutatesState: false,
  parameters: [
    {
      kind: 'string',
      name: 'mask',
      help: 'The desired component to dump unready targets. The mask is parsed as a Protobuf::FieldMask. For example, get the unready targets of all listeners with /init_dump?mask=listener`',
    },
  ],
  handle: (_request, services) => {
    const dumps = services.unreadyTargets().map(({ manager, targets }) => ({
      name: manager,
      target_names: targets,
    }));
    return jsonResponse(dumps.length === 0 ? {} : { unready_targets_dumps: dumps });
  },
};

export const certsPage: AdminEndpoint = {
  path: '/certs',
  help: 'print certs on machine',
  mutatesState: false,
  parameters: [],
  handle: (_request, services) => jsonResponse({ certificates: services.certificates() }),
};

export const contentionPage: AdminEndpoint = {
  path: '/contention',
  help: 'dump current Envoy mutex contention stats (if enabled)',
  mutatesState: false,
  parameters: [],
  handle: () =>
    textResponse(
      'Mutex contention tracing is not enabled. To enable, run Envoy with flag --enable-mutex-tracing.',
    ),
};
