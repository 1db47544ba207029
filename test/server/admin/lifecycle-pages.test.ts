import t from 'tap';
import { startAdmin } from './admin-client.ts';
import { fakeOptions } from './fake-services.ts';

t.test('ready tells the state and answers 503 unless live', async (t) => {
  const admin = await startAdmin(t);
  const live = await admin.get('/ready');
  t.equal(live.status, 200);
  t.equal(await live.text(), 'LIVE\n');
  for (const state of ['PRE_INITIALIZING', 'INITIALIZING', 'DRAINING'] as const) {
    admin.services.serverState = state;
    const response = await admin.get('/ready');
    t.equal(response.status, 503);
    t.equal(await response.text(), `${state}\n`);
  }
});

t.test('failing health checks drains, passing them is live again', async (t) => {
  const admin = await startAdmin(t);
  t.equal(await (await admin.post('/healthcheck/fail')).text(), 'OK\n');
  t.equal(await (await admin.get('/ready')).text(), 'DRAINING\n');
  t.equal(await (await admin.post('/healthcheck/ok')).text(), 'OK\n');
  t.equal(await (await admin.get('/ready')).text(), 'LIVE\n');
});

t.test('server_info has all command line options by their flat names', async (t) => {
  const admin = await startAdmin(t);
  const response = await admin.get('/server_info');
  t.equal(response.headers.get('content-type'), 'application/json');
  const text = await response.text();
  t.match(text, /^\{\n "version": "abc\/0\.1\.0\/Clean\/RELEASE\/OpenSSL",\n "state": "LIVE",\n/);
  const info = JSON.parse(text);
  t.equal(info.uptime_current_epoch, '78s');
  t.equal(info.hot_restart_version, 'disabled');
  t.match(info.command_line_options, {
    base_id: '0',
    concurrency: 2,
    config_path: fakeOptions.configPath,
    log_level: 'info',
    component_log_level: 'misc:error',
    log_format: '[%Y-%m-%d %T.%e][%t][%l][%n] [%g:%#] %v',
    file_flush_interval: '10s',
    drain_time: '600s',
    parent_shutdown_time: '900s',
    mode: 'Serve',
    drain_strategy: 'Gradual',
    disable_hot_restart: true,
  });
  t.equal(Object.keys(info.command_line_options).length, 39);
  t.equal(info.node.id, 'n1');
});

t.test('actions are asked of the server once each', async (t) => {
  const admin = await startAdmin(t);
  for (const path of ['/quitquitquit', '/reopen_logs']) {
    t.equal(await (await admin.post(path)).text(), 'OK\n');
  }
  t.strictSame(admin.services.asked, ['quit', 'reopen']);
});

t.test('init_dump names what initialization waits for', async (t) => {
  const admin = await startAdmin(t);
  t.equal(await (await admin.get('/init_dump')).text(), '{}\n');
  admin.services.serverState = 'INITIALIZING';
  t.strictSame(await (await admin.get('/init_dump')).json(), {
    unready_targets_dumps: [{ name: 'init manager Server', target_names: ['target RDS'] }],
  });
});

t.test('pages about what does not exist here say so as Envoy does', async (t) => {
  const admin = await startAdmin(t);
  t.equal(await (await admin.get('/hot_restart_version')).text(), 'disabled');
  t.equal(await (await admin.get('/certs')).text(), '{\n "certificates": []\n}\n');
  t.match(
    await (await admin.get('/contention')).text(),
    /^Mutex contention tracing is not enabled/,
  );
});

t.test('memory has numbers as strings', async (t) => {
  const admin = await startAdmin(t);
  t.equal(
    await (await admin.get('/memory')).text(),
    '{\n "allocated": "1",\n "heap_size": "2",\n "pageheap_unmapped": "3",\n' +
      ' "pageheap_free": "4",\n "total_thread_cache": "5",\n "total_physical_bytes": "6"\n}\n',
  );
});
