import { join } from 'node:path';
import t from 'tap';
import {
  configuredShares,
  gatewayPorts,
  readProxyConfig,
  sidecarPorts,
  withPorts,
} from '../../scripts/start-config.ts';
import { type PortName, parseStartOptions, portFlags } from '../../scripts/start-options.ts';
import { splitTable } from '../../scripts/start-split.ts';

const example = join(import.meta.dirname, '../../examples/bookinfo');
const gateway = readProxyConfig(join(example, 'gateway.yaml'), gatewayPorts);
const sidecar = readProxyConfig(join(example, 'productpage-sidecar.yaml'), sidecarPorts);

await t.test('every port that a flag moves stands in one of the two configurations', async (t) => {
  const found = [...gateway.ports.keys(), ...sidecar.ports.keys()];
  t.strictSame(found.sort(), Object.keys(portFlags).sort());
  const ports = [...gateway.ports.values(), ...sidecar.ports.values()].map(({ port }) => port);
  t.equal(new Set(ports).size, ports.length, 'and no two are the same');
});

await t.test('moving ports changes the numbers and nothing else', async (t) => {
  const moved = new Map<PortName, number>([
    ['reviews-v2', 1],
    ['sidecarAdmin', 65_535],
    ['gateway', 7],
  ]);
  const text = withPorts(sidecar, moved);
  const expected = sidecar.text.replace('9084', '1').replace('9902', '65535');
  t.equal(text, expected);
  t.equal(withPorts(sidecar, new Map()), sidecar.text);
});

await t.test('the configured split is read from the weights', async (t) => {
  t.strictSame(configuredShares(sidecar), [
    { cluster: 'reviews-v1', share: 0.25 },
    { cluster: 'reviews-v2', share: 0.25 },
    { cluster: 'reviews-v3', share: 0.5 },
  ]);
  t.strictSame(configuredShares(gateway), []);
});

await t.test('a configuration without what has to be known is refused with its name', async (t) => {
  const directory = t.testdir({
    'none.yaml': 'static_resources: {}\n',
    'broken.yaml': 'admin: [',
    'changed.yaml': gateway.text.replace('name: productpage', 'name: other'),
  });
  const read = (file: string) => () => readProxyConfig(join(directory, file), gatewayPorts);
  t.throws(read('none.yaml'), { message: /none\.yaml: no port at static_resources\.listeners/ });
  t.throws(read('broken.yaml'), { message: /broken\.yaml: .*line 1/ });
  t.strictSame([...read('changed.yaml')().ports.keys()], ['gateway', 'gatewayAdmin']);
});

await t.test('the flags of npm start are read, and all mistakes told at once', async (t) => {
  t.match(parseStartOptions(['--gateway-port', '81', '--reviews-v3-port=82', '--no-build']), {
    ok: true,
    value: {
      requests: 400,
      build: false,
      ports: new Map([
        ['gateway', 81],
        ['reviews-v3', 82],
      ]),
    },
  });
  t.match(parseStartOptions(['--requests', '10', '--help']), {
    value: { requests: 10, help: true },
  });
  t.strictSame(
    parseStartOptions([
      '--gatway-port',
      '--admin-port',
      '0',
      '--sidecar-port',
      '--requests=x',
      'y',
    ]),
    {
      ok: false,
      error: [
        '--gatway-port: unknown flag; did you mean "--gateway-port"?',
        '--admin-port: "0" is not a number from 1 to 65535',
        '--sidecar-port: "--requests=x" is not a number from 1 to 65535',
        'y: unexpected argument',
      ],
    },
  );
});

await t.test('the table shows measured beside configured, and what failed', async (t) => {
  const table = splitTable(configuredShares(sidecar), {
    answers: new Map([
      ['reviews-v3', 3],
      ['reviews-v1', 1],
    ]),
    failures: new Map([['status 503', 2]]),
  });
  t.equal(
    table,
    [
      '               configured   measured   answers',
      '  --------------------------------------------',
      '  reviews-v1       25.0 %     25.0 %         1',
      '  reviews-v2       25.0 %      0.0 %         0',
      '  reviews-v3       50.0 %     75.0 %         3',
      '  failed: 2 (status 503)',
    ].join('\n'),
  );
});
