import { parseFlags } from '#cli/flags.ts';
import type {
  AdminServices,
  DrainListenersOptions,
  ServerState,
} from '#server/admin/admin-services.ts';
import type { JsonObject } from '#server/admin/json-value.ts';
import type { LogComponent } from '#server/log/log-component.ts';
import type { LogLevel } from '#server/log/log-level.ts';
import type { ProxyOptions } from '#server/proxy-options.ts';
import { StatsStore } from '#stats/stats-store.ts';
import type { ClusterView } from '#upstream/cluster-view.ts';
import { HealthFlag } from '#upstream/health-flags.ts';

export const fakeOptions: ProxyOptions = optionsOf(
  ...['-c', 'envoy.yaml', '--concurrency', '2', '--component-log-level', 'misc:error'],
  '--disable-hot-restart',
);

function optionsOf(...flags: readonly string[]): ProxyOptions {
  const parsed = parseFlags(flags);
  if (!parsed.ok || parsed.value.kind !== 'run') throw new Error('the flags are wrong');
  return parsed.value.options;
}

const defaultLimits = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
  trackRemaining: false,
};

export const fakeClusters: readonly ClusterView[] = [
  {
    name: 'reviews',
    observabilityName: 'reviews_alt',
    edsServiceName: '',
    addedViaApi: false,
    defaultLimits: { ...defaultLimits, maxConnections: 5 },
    highLimits: defaultLimits,
    hasOutlierDetection: true,
    hosts: [
      {
        address: { kind: 'ip', host: '10.0.0.1', port: 9080 },
        hostname: 'one',
        locality: { region: 'r1', zone: 'z1', subZone: '' },
        weight: 3,
        priority: 0,
        canary: false,
        healthFlags: HealthFlag.failedActiveHc,
        counters: [
          ['cx_total', 2],
          ['rq_error', 0],
        ],
        gauges: [['cx_active', 1]],
      },
    ],
  },
  {
    name: 'ratings',
    observabilityName: 'ratings',
    edsServiceName: 'ratings-eds',
    addedViaApi: true,
    defaultLimits,
    highLimits: defaultLimits,
    hasOutlierDetection: false,
    hosts: [],
  },
];

export const fakeConfigDump: readonly JsonObject[] = [
  {
    '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump',
    bootstrap: { node: { id: 'n1', cluster: 'c1' }, admin: { address: {} } },
    last_updated: '2026-01-01T00:00:00.000Z',
  },
  {
    '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
    static_clusters: ['reviews', 'ratings'].map((name) => ({
      cluster: {
        '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
        name,
        connect_timeout: '1s',
      },
      last_updated: '2026-01-01T00:00:00.000Z',
    })),
  },
  { '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump' },
];

/** Services of a server that does nothing; what actions were asked for is written down. */
export class FakeServices implements AdminServices {
  readonly stats = new StatsStore();
  readonly options = fakeOptions;
  readonly version = 'abc/0.1.0/Clean/RELEASE/OpenSSL';
  readonly profilePath: string;
  serverState: ServerState = 'LIVE';
  readonly asked: string[] = [];
  readonly levelsByName = new Map<LogComponent, LogLevel>([
    ['admin', 'info'],
    ['http', 'info'],
    ['router', 'warning'],
  ]);
  readonly adminValues = new Map<string, string>();
  modifyError: string | undefined = undefined;
  clusterList: readonly ClusterView[] = fakeClusters;

  constructor(profilePath = '') {
    this.profilePath = profilePath;
  }

  state(): ServerState {
    return this.serverState;
  }

  uptimeSeconds(): number {
    return 78;
  }

  node(): JsonObject {
    return { id: 'n1', cluster: 'c1' };
  }

  listeners(): ReturnType<AdminServices['listeners']> {
    return [
      {
        name: 'ingress',
        localAddresses: [
          { kind: 'ip', host: '0.0.0.0', port: 8080 },
          { kind: 'ip', host: '::1', port: 8081 },
        ],
      },
      { name: 'local', localAddresses: [{ kind: 'pipe', path: '@local' }] },
    ];
  }

  clusters(): readonly ClusterView[] {
    return this.clusterList;
  }

  configDump(): readonly JsonObject[] {
    return fakeConfigDump;
  }

  unreadyTargets(): ReturnType<AdminServices['unreadyTargets']> {
    return this.serverState === 'LIVE'
      ? []
      : [{ manager: 'init manager Server', targets: ['target RDS'] }];
  }

  certificates(): readonly JsonObject[] {
    return [];
  }

  readonly logLevels = {
    levels: () => this.levelsByName,
    setLevel: (level: LogLevel, component?: LogComponent) => {
      for (const name of this.levelsByName.keys()) {
        if (component === undefined || component === name) this.levelsByName.set(name, level);
      }
    },
  };

  memory(): ReturnType<AdminServices['memory']> {
    return {
      allocated: 1,
      heapSize: 2,
      pageheapUnmapped: 3,
      pageheapFree: 4,
      totalThreadCache: 5,
      totalPhysicalBytes: 6,
    };
  }

  readonly runtime = {
    layers: () => [
      { name: 'base', values: new Map([['health_check.min_interval', '5']]) },
      { name: 'admin', values: this.adminValues },
    ],
    mergeAdminValues: (values: ReadonlyMap<string, string>) => {
      for (const [key, value] of values) this.adminValues.set(key, value);
      return this.modifyError;
    },
  };

  readonly actions = {
    drainListeners: (options: DrainListenersOptions) => {
      this.asked.push(`drain ${JSON.stringify(options)}`);
    },
    quit: () => {
      this.asked.push('quit');
    },
    failHealthChecks: (fail: boolean) => {
      this.asked.push(`fail health checks ${fail}`);
      this.serverState = fail ? 'DRAINING' : 'LIVE';
    },
    reopenAccessLogs: () => {
      this.asked.push('reopen');
    },
  };
}
