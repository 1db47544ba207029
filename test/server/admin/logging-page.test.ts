import t from 'tap';
import { startAdmin } from './admin-client.ts';

const LEVELS = 'active loggers:\n  admin: info\n  http: info\n  router: warning\n\n';

t.test('without parameters the levels are listed', async (t) => {
  const admin = await startAdmin(t);
  for (const query of ['', '?level=&paths=&group=', '?http=']) {
    t.equal(await (await admin.post(`/logging${query}`)).text(), LEVELS);
  }
});

t.test('levels are changed for all, for one, for several', async (t) => {
  const admin = await startAdmin(t);
  const levels = admin.services.levelsByName;
  await admin.post('/logging?level=error&paths=');
  t.strictSame([...levels.values()], ['error', 'error', 'error']);
  const one = await admin.post('/logging?http=debug');
  t.match(await one.text(), / {2}http: debug\n/);
  await admin.post('/logging?paths=admin:trace,router:off');
  t.strictSame([...levels.values()], ['trace', 'debug', 'off']);
  await admin.post('/logging', 'level=critical');
  t.strictSame([...levels.values()], ['critical', 'critical', 'critical']);
});

t.test('what is wrong changes nothing and is told with the usage', async (t) => {
  const admin = await startAdmin(t);
  const cases: [string, string][] = [
    ['level=bar', 'unknown logger level'],
    ['level=warn', 'unknown logger level'],
    ['http=INFO', 'unknown logger level'],
    ['nope=debug', 'unknown logger name'],
    ['paths=http:debug,nope:info', 'unknown logger name'],
    ['paths=http:debug,router:bad', 'unknown logger level'],
    ['paths=http', 'empty logger name or empty logger level'],
    ['paths=:debug', 'empty logger name or empty logger level'],
    ['http=debug&level=info', 'invalid number of parameters'],
    ['group=http:debug', 'group parameter requires fine-grain logging to be enabled'],
  ];
  for (const [query, error] of cases) {
    const response = await admin.post(`/logging?${query}`);
    t.equal(response.status, 400, query);
    t.equal(
      await response.text(),
      `error: ${error}\n\n` +
        'usage: /logging?<name>=<level> (change single level)\n' +
        'usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)\n' +
        'usage: /logging?level=<level> (change all levels)\n' +
        'usage: /logging?group=<group_name>:<level> (change group of loggers)\n' +
        `levels: trace debug info warning error critical off \n${LEVELS}`,
      query,
    );
  }
});
