import t from 'tap';
import { startAdmin } from './admin-client.ts';
import { fakeConfigDump } from './fake-services.ts';

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const STATIC_CLUSTER = 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.StaticCluster';

t.test('all sections are printed in their order, one space a level', async (t) => {
  const admin = await startAdmin(t);
  const text = await (await admin.get('/config_dump')).text();
  t.equal(text, `${JSON.stringify({ configs: fakeConfigDump }, undefined, 1)}\n`);
});

t.test('endpoints come behind the clusters when they are asked for', async (t) => {
  const admin = await startAdmin(t);
  const { configs } = (await (await admin.get('/config_dump?include_eds')).json()) as {
    configs: { '@type': string }[];
  };
  t.strictSame(
    configs.map((config) => config['@type'].replace(/.*\./, '')),
    ['BootstrapConfigDump', 'ClustersConfigDump', 'EndpointsConfigDump', 'ListenersConfigDump'],
  );
});

t.test('endpoints are the hosts that clusters have now, by locality', async (t) => {
  const admin = await startAdmin(t);
  const page = async (resource: string) =>
    (await admin.get(`/config_dump?include_eds&resource=${resource}`)).json();
  const assignment = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';
  t.strictSame(await page('static_endpoint_configs'), {
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.EndpointsConfigDump.StaticEndpointConfig',
        endpoint_config: {
          '@type': assignment,
          cluster_name: 'reviews',
          endpoints: [
            {
              locality: { region: 'r1', zone: 'z1' },
              lb_endpoints: [
                {
                  endpoint: {
                    address: { socket_address: { address: '10.0.0.1', port_value: 9080 } },
                    health_check_config: {},
                    hostname: 'one',
                  },
                  health_status: 'UNHEALTHY',
                  load_balancing_weight: 3,
                },
              ],
            },
          ],
          policy: { overprovisioning_factor: 140 },
        },
      },
    ],
  });
  t.match(await page('dynamic_endpoint_configs'), {
    configs: [{ endpoint_config: { '@type': assignment, cluster_name: 'ratings-eds' } }],
  });
  admin.services.clusterList = [];
  t.equal(
    (await admin.get('/config_dump?include_eds&resource=static_endpoint_configs')).status,
    404,
  );
});

t.test('a resource is one repeated field, its elements with their types', async (t) => {
  const admin = await startAdmin(t);
  const { configs } = (await (await admin.get('/config_dump?resource=static_clusters')).json()) as {
    configs: unknown[];
  };
  t.equal(configs.length, 2);
  t.match(configs[0], { '@type': STATIC_CLUSTER, cluster: { '@type': CLUSTER, name: 'reviews' } });
  t.equal(await (await admin.get('/config_dump?resource=dynamic_listeners')).text(), '{}\n');
});

t.test('a mask of a resource reaches into the configuration it holds', async (t) => {
  const admin = await startAdmin(t);
  const page = async (mask: string) =>
    (await admin.get(`/config_dump?resource=static_clusters&mask=${mask}`)).json();
  t.match(await page('cluster.name'), {
    configs: [{ '@type': STATIC_CLUSTER, cluster: { '@type': CLUSTER, name: 'reviews' } }, {}],
  });
  const { configs } = (await page('cluster.name,last_updated')) as { configs: object[] };
  t.strictSame(configs[1], {
    '@type': STATIC_CLUSTER,
    cluster: { '@type': CLUSTER, name: 'ratings' },
    last_updated: '2026-01-01T00:00:00.000Z',
  });
});

t.test('a mask keeps the sections that have all of its fields', async (t) => {
  const admin = await startAdmin(t);
  t.strictSame(await (await admin.get('/config_dump?mask=bootstrap.node.id')).json(), {
    configs: [
      {
        '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump',
        bootstrap: { node: { id: 'n1' } },
      },
    ],
  });
  const two = await (await admin.get('/config_dump?mask=bootstrap.node.id,last_updated')).json();
  t.match(two, { configs: [{ last_updated: '2026-01-01T00:00:00.000Z' }] });
});

t.test('names choose resources as a whole', async (t) => {
  const admin = await startAdmin(t);
  const names = async (pattern: string) => {
    const target = `/config_dump?resource=static_clusters&name_regex=${pattern}`;
    const { configs = [] } = (await (await admin.get(target)).json()) as {
      configs?: { cluster: { name: string } }[];
    };
    return configs.map(({ cluster }) => cluster.name);
  };
  t.strictSame(await names('rev.*'), ['reviews']);
  t.strictSame(await names('rev'), []);
  const all = await (await admin.get('/config_dump?name_regex=ratings')).json();
  t.match(all, { configs: [{}, { static_clusters: [{ cluster: { name: 'ratings' } }] }, {}] });
});

t.test('what cannot be had is refused in the words of Envoy', async (t) => {
  const admin = await startAdmin(t);
  const cases: [string, number, string][] = [
    ['resource=nope', 404, 'nope not found in config dump'],
    [
      'resource=bootstrap',
      400,
      'bootstrap is not a repeated field. Use ?mask=bootstrap to get only this field',
    ],
    ['mask=nope', 400, 'FieldMask nope could not be successfully applied to any configs.'],
    [
      'mask=static_clusters.cluster',
      400,
      'FieldMask static_clusters.cluster could not be successfully applied to any configs.',
    ],
    [
      'mask=bootstrap.node.id,static_clusters',
      400,
      'FieldMask bootstrap.node.id,static_clusters could not be successfully applied to any configs.',
    ],
    [
      'resource=static_clusters&mask=cluster.nope',
      400,
      'FieldMask cluster.nope could not be successfully used.',
    ],
    [
      'name_regex=%5B',
      400,
      'INVALID_ARGUMENT: Error while parsing name_regex from [: missing ]: [',
    ],
  ];
  for (const [query, status, text] of cases) {
    const response = await admin.get(`/config_dump?${query}`);
    t.equal(response.status, status, query);
    t.equal(response.headers.get('content-type'), 'text/plain', query);
    t.equal(await response.text(), text, query);
  }
});

t.test('markup is escaped as protobuf prints it', async (t) => {
  const admin = await startAdmin(t);
  admin.services.configDump = () => [{ '@type': 'x', path: '<inline>' }];
  t.match(await (await admin.get('/config_dump')).text(), String.raw`"\u003cinline\u003e"`);
});
