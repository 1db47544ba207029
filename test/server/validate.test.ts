import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { answer, bootstrapOf, httpListener, type JsonObject } from '../tools/bootstrap.ts';
import { runProa } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';

const good = bootstrapOf([httpListener({ name: 'web', at: 0, routes: [answer(200, 'hello')] })]);

type Teardown = Parameters<typeof temporaryFolder>[0];

/** A file with the text, which is removed with the test. */
function file(t: Teardown, name: string, content: string | JsonObject): string {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

t.test('--mode validate says of a good file that it is good', async (t) => {
  const path = file(t, 'good.json', good);
  const { code, stdout, stderr } = await runProa(['--mode', 'validate', '-c', path]);
  t.equal(code, 0);
  t.equal(stdout, `configuration '${path}' OK\n`);
  t.equal(stderr, '');
});

t.test('--mode validate names every error with its place, and exits with 1', async (t) => {
  const path = file(
    t,
    'bad.yaml',
    `static_resources:
  listeners:
    - name: web
      adress: { socket_address: { address: 127.0.0.1, port_value: 80 } }
  clusters:
    - name: backend
      connect_timeout: soon
      lb_policy: ROUND_ROBBIN
`,
  );
  const { code, stdout, stderr } = await runProa(['--mode', 'validate', '-c', path]);
  t.equal(code, 1);
  t.equal(stdout, '');
  const lines = stderr.trimEnd().split('\n');
  t.match(lines, [
    /bad\.yaml:3:7: static_resources\.listeners\[0\]\.filter_chains: no filter chains specified/,
    /bad\.yaml:4:7: .*adress.*did you mean "address"/,
    /bad\.yaml:7:24: .*connect_timeout.*soon/,
    /bad\.yaml:8:18: .*lb_policy.*ROUND_ROBBIN.*did you mean "ROUND_ROBIN"/,
    /^4 errors in the configuration$/,
  ]);
});

t.test('--mode validate opens nothing', async (t) => {
  const folder = temporaryFolder(t);
  const socket = join(folder, 'web.sock');
  const path = join(folder, 'c.json');
  const listener = httpListener({ name: 'web', at: socket, routes: [answer(200, 'hello')] });
  writeFileSync(path, JSON.stringify(bootstrapOf([listener])));
  t.equal((await runProa(['--mode', 'validate', '-c', path])).code, 0);
  t.throws(() => writeFileSync(socket, '', { flag: 'r+' }), { code: 'ENOENT' });
});

t.test('a file that cannot be read, and no file at all, are told', async (t) => {
  const missing = await runProa(['--mode', 'validate', '-c', '/nowhere/envoy.yaml']);
  t.equal(missing.code, 1);
  t.match(missing.stderr, /cannot read the configuration "\/nowhere\/envoy\.yaml": ENOENT/);
  const none = await runProa(['--mode', 'validate']);
  t.equal(none.code, 1);
  t.match(none.stderr, /no configuration: give a file with -c or text with --config-yaml/);
});

t.test('--config-yaml is merged over the file', async (t) => {
  const path = file(t, 'good.json', good);
  const yaml = 'static_resources: { clusters: [{ name: c, type: NOWHERE }] }';
  const { code, stderr } = await runProa([
    ...['--mode', 'validate', '-c', path, '--config-yaml', yaml],
  ]);
  t.equal(code, 1);
  t.match(stderr, /--config-yaml:1:\d+: static_resources\.clusters\[0\]\.type: .*NOWHERE/);
});

t.test('--mode init_only loads everything, serves nothing and exits with 0', async (t) => {
  const path = file(t, 'good.json', good);
  const admin = join(temporaryFolder(t), 'admin');
  const { code, stderr } = await runProa([
    ...['--mode', 'init_only', '-c', path, '--concurrency', '2', '--admin-address-path', admin],
    ...['-l', 'warning'],
  ]);
  t.equal(code, 0);
  t.equal(stderr, '');
});

t.test('a wrong configuration does not start, and every error is logged', async (t) => {
  const bad = bootstrapOf([
    httpListener({
      name: 'web',
      at: 0,
      routes: [{ match: { prefix: '/' }, route: { cluster: 'no' } }],
    }),
  ]);
  const { code, stdout, stderr } = await runProa(['-c', file(t, 'bad.json', bad)]);
  t.equal(code, 1);
  t.equal(stdout, '');
  t.match(stderr, /"level":"critical".*cluster "no"|unknown cluster|no.*cluster/);
});
