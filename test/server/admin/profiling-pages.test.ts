import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startAdmin } from './admin-client.ts';
import { FakeServices } from './fake-services.ts';

t.test('a CPU profile of the main thread is written when profiling ends', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'proa-admin-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'main.cpuprofile');
  const admin = await startAdmin(t, { services: new FakeServices(path) });
  t.equal(await (await admin.post('/cpuprofiler?enable=y')).text(), 'OK\n');
  const twice = await admin.post('/cpuprofiler?enable=y');
  t.equal(twice.status, 500);
  t.equal(await twice.text(), 'failure to start the profiler');
  t.equal(await (await admin.post('/cpuprofiler?enable=n')).text(), 'OK\n');
  const profile = JSON.parse(readFileSync(path, 'utf8'));
  t.ok(profile.nodes.length > 0);
  t.equal(await (await admin.post('/cpuprofiler?enable=n')).text(), 'OK\n');
});

t.test('the profiler needs to be told what to do', async (t) => {
  const admin = await startAdmin(t);
  for (const query of ['', '?enable=x']) {
    const response = await admin.post(`/cpuprofiler${query}`);
    t.equal(response.status, 400);
    t.equal(await response.text(), '?enable=<y|n>\n');
  }
});

t.test('a profile that cannot be written is told about', async (t) => {
  const services = new FakeServices(join(import.meta.dirname, 'no/such/directory/x'));
  const admin = await startAdmin(t, { services });
  await admin.post('/cpuprofiler?enable=y');
  t.equal((await admin.post('/cpuprofiler?enable=n')).status, 500);
});

t.test('the heap dump is a snapshot that tools can open', async (t) => {
  const admin = await startAdmin(t);
  const response = await admin.get('/heap_dump', { 'accept-encoding': 'identity' });
  t.match(response.headers.get('content-disposition'), 'proa.heapsnapshot');
  const start = (await response.text()).slice(0, 20);
  t.match(start, /^\{"snapshot":/);
});

t.test('profilers that do not exist are not implemented', async (t) => {
  const admin = await startAdmin(t);
  t.equal((await admin.post('/heapprofiler?enable=y')).status, 501);
  t.equal((await admin.post('/allocprofiler?enable=y')).status, 501);
  t.equal((await admin.get('/peak_heap_dump')).status, 501);
  t.match(await (await admin.get('/memory/tcmalloc')).text(), /^total_heap_size: \d+$/m);
});
