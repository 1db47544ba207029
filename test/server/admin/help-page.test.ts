import t from 'tap';
import { adminRoutes } from '#server/admin/admin-routes.ts';
import { startAdmin } from './admin-client.ts';

/** What Envoy 1.40 lists. */
const PATHS = `/ /allocprofiler /certs /clusters /config_dump /contention /cpuprofiler
/drain_listeners /healthcheck/fail /healthcheck/ok /heap_dump /heapprofiler /help
/hot_restart_version /init_dump /listeners /logging /memory /memory/tcmalloc /peak_heap_dump
/quitquitquit /ready /reopen_logs /reset_counters /runtime /runtime_modify /server_info /stats
/stats/prometheus /stats/recentlookups /stats/recentlookups/clear /stats/recentlookups/disable
/stats/recentlookups/enable`;

t.test('the commands are those of Envoy, in its order', async (t) => {
  t.strictSame(
    adminRoutes.map(({ path }) => path),
    PATHS.split(/\s+/),
  );
});

t.test('help lists commands with their parameters', async (t) => {
  const admin = await startAdmin(t);
  const text = await (await admin.get('/help')).text();
  t.match(text, /^admin commands are:\n {2}\/: Admin home page\n/);
  t.match(
    text,
    '  /cpuprofiler (POST): enable/disable the CPU profiler\n' +
      '      enable: enables the CPU profiler; One of (y, n)\n',
  );
  t.match(
    text,
    '  /listeners: print listener info\n      format: File format to use; One of (text, json)\n',
  );
});

t.test('the home page links what reads and has buttons for what changes', async (t) => {
  const admin = await startAdmin(t);
  const response = await admin.get('/');
  t.equal(response.headers.get('content-type'), 'text/html; charset=UTF-8');
  const page = await response.text();
  t.match(page, '<a href="server_info">server_info</a>');
  t.match(page, /<form id="command-\d+" action="quitquitquit" method="post">/);
  t.match(page, /<form id="command-\d+" action="stats" method="get">/);
  t.match(page, /<select name="type" form="command-\d+"><option>All<\/option>/);
  t.match(page, 'E.g. ?key1=value1&amp;key2=value2...');
  for (const { path } of adminRoutes.slice(1)) t.match(page, path.slice(1));
});
