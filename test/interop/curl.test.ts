import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder } from '../tools/temporary-folder.ts';
import { bytesOf, type Echo, echoUpstream, sha1Of } from './echo-upstream.ts';
import { startInFrontOf } from './interop-bootstrap.ts';
import { findProgram, type ProgramRun, run, unlessFound } from './programs.ts';

const curl = findProgram('curl');

t.test('curl', unlessFound(curl), async (t) => {
  const upstream = await echoUpstream(t);
  const proa = await startInFrontOf(t, upstream.port);
  const folder = temporaryFolder(t);
  const get = async (...args: string[]): Promise<ProgramRun> => {
    const ended = await run(curl as string, ['--silent', '--show-error', ...args]);
    t.equal(ended.code, 0, `curl ${args.join(' ')}: ${ended.stderr}`);
    return ended;
  };
  /** What the upstream saw of a request to `/echo`. */
  const echoOf = async (...args: string[]): Promise<Echo> =>
    JSON.parse((await get(...args)).stdout.toString('utf8')) as Echo;
  const file = (name: string, length: number): string => {
    const path = join(folder, name);
    writeFileSync(path, bytesOf(length));
    return path;
  };

  await t.test('gets and reuses its connection', async (t) => {
    const urls = [proa.url('web', '/bytes/1000'), proa.url('web', '/chunked/70000')];
    const format = '%{http_version} %{http_code} %{num_connects} %{size_download}\n';
    const args = urls.flatMap((url) => ['-o', join(folder, 'got'), url]);
    const { stdout } = await get('-w', format, ...args);
    t.equal(stdout.toString(), '1.1 200 1 1000\n1.1 200 0 70000\n');
  });

  await t.test('uses every method', async (t) => {
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      t.equal((await echoOf('-X', method, proa.url('web', '/echo'))).method, method);
    }
    const asterisk = ['-X', 'OPTIONS', '--request-target', '*', '-w', '%{http_code}'];
    const { stdout } = await get(...asterisk, proa.url('web'));
    t.equal(stdout.toString(), '404', 'as in Envoy, the prefix / does not match *');
  });

  await t.test('asks for the head alone', async (t) => {
    const { stdout } = await get('--head', proa.url('web', '/bytes/1000'));
    t.match(stdout.toString(), /^HTTP\/1\.1 200 OK\r\n/);
    t.match(stdout.toString(), /\r\ncontent-length: 1000\r\n/);
  });

  await t.test('asks for a range', async (t) => {
    const { stdout } = await get('-r', '100-199', proa.url('web', '/bytes/1000'));
    t.ok(stdout.equals(bytesOf(1_000).subarray(100, 200)));
  });

  await t.test('decodes what was compressed', async (t) => {
    const { stdout } = await get('--compressed', proa.url('web', '/gzip/50000'));
    t.ok(stdout.equals(bytesOf(50_000)));
  });

  await t.test('follows redirects', async (t) => {
    const echo = await echoOf('--location', proa.url('web', '/old?x=1'));
    t.equal(echo.url, '/echo?x=1');
  });

  await t.test('uploads a large file after 100 Continue', async (t) => {
    const path = file('large', 2_000_000);
    const args = ['-v', '-H', 'Expect: 100-continue', '-T', path, proa.url('web', '/echo')];
    const { stdout, stderr } = await get(...args);
    t.match(stderr, /< HTTP\/1\.1 100 Continue/);
    const echo = JSON.parse(stdout.toString()) as Echo;
    t.match(echo, { method: 'PUT', length: 2_000_000, sha1: sha1Of(bytesOf(2_000_000)) });
  });

  await t.test('uploads in chunks', async (t) => {
    const path = file('chunks', 300_000);
    const args = ['-H', 'Transfer-Encoding: chunked', '--data-binary', `@${path}`];
    const echo = await echoOf(...args, proa.url('web', '/echo'));
    t.match(echo, { length: 300_000, sha1: sha1Of(bytesOf(300_000)) });
    t.match(echo.headers, { 'transfer-encoding': 'chunked' });
  });

  await t.test('posts forms', async (t) => {
    const echo = await echoOf('-F', 'a=1', '-F', `f=@${file('form', 5_000)}`, proa.url('web', '/'));
    t.match(echo.headers['content-type'], /^multipart\/form-data; boundary=/);
    t.ok(echo.length > 5_000);
    t.equal((await echoOf('--json', '{"a":1}', proa.url('web', '/'))).length, 7);
  });

  await t.test('speaks HTTP/1.0', async (t) => {
    const refused = await get('--http1.0', '-w', '%{http_code}', proa.url('web', '/bytes/10'));
    t.match(refused.stdout.toString(), /426$/, 'as Envoy, not unless it is allowed');
    const format = '%{http_version} %{num_connects} %{size_download}\n';
    const urls = ['/bytes/10', '/chunked/20000'].map((path) => proa.url('tolerant', path));
    const args = urls.flatMap((url) => ['-o', join(folder, 'old'), url]);
    const closing = await get('--http1.0', '-w', format, ...args);
    t.match(closing.stdout.toString(), /^\S+ 1 10\n\S+ 1 20000\n$/, 'each on its own');
    const kept = await get('--http1.0', '-H', 'Connection: keep-alive', '-w', format, ...args);
    t.match(kept.stdout.toString(), /^\S+ 1 10\n\S+ 0 20000\n$/, 'on one connection');
    const echo = await echoOf('--http1.0', '-H', 'Host:', proa.url('tolerant', '/echo'));
    t.equal(echo.headers['host'], 'default.test');
  });

  await t.test('is refused an upgrade that is not configured', async (t) => {
    const upgrade = ['-H', 'Connection: Upgrade', '-H', 'Upgrade: chat'];
    const { stdout } = await get('-w', '%{http_code}', ...upgrade, proa.url('web', '/echo'));
    t.match(stdout.toString(), /403$/);
  });

  await t.test('offers HTTP/2, and stays with HTTP/1.1', async (t) => {
    const args = ['--http2', '-w', '%{http_version}', '-o', join(folder, 'h2')];
    const { stdout } = await get(...args, proa.url('web', '/bytes/10'));
    t.equal(stdout.toString(), '1.1');
  });

  await t.test('downloads slowly and in full', async (t) => {
    const args = ['--limit-rate', '4M', proa.url('web', '/bytes/5000000')];
    const { stdout } = await get(...args);
    t.ok(stdout.equals(bytesOf(5_000_000)));
    const large = await get(proa.url('web', '/chunked/20000000'));
    t.ok(large.stdout.equals(bytesOf(20_000_000)));
  });

  await t.test('takes Proa for its proxy', async (t) => {
    const echo = await echoOf('--proxy', proa.url('web'), 'http://elsewhere.test/echo');
    t.match(echo, { url: '/echo', headers: { host: 'elsewhere.test' } });
  });

  await t.test('asks in parallel', async (t) => {
    const urls = Array.from({ length: 30 }, (_, index) => proa.url('web', `/bytes/${index + 1}`));
    const { stdout } = await get('--parallel', '-w', '%{http_code}\n', ...urls.flatMap(toNull));
    t.equal(stdout.toString(), '200\n'.repeat(30));
  });

  await t.test('sees the end of an upstream connection as an ordinary answer', async (t) => {
    const { stdout } = await get(proa.url('web', '/last'), proa.url('web', '/last'));
    t.equal(stdout.toString(), 'the last onethe last one');
    for (const status of [204, 304]) {
      const code = await get('-w', '%{http_code}', proa.url('web', `/status/${status}`));
      t.equal(code.stdout.toString(), String(status));
    }
  });
});

function toNull(url: string): string[] {
  return ['-o', '/dev/null', url];
}
