import t from 'tap';
import { findOrInstallH2spec, resultOf, runH2spec } from '../tools/h2spec.ts';
import { findProgram, startNghttpd, unlessFound } from './programs.ts';
import { startProxyUnderTest } from './proxy-under-test.ts';

const nghttpd = findProgram('nghttpd');
const h2spec = nghttpd === undefined ? undefined : await findOrInstallH2spec();

/** All that h2spec has; fewer would mean that it gave up on the way. */
const CASES = 146;

t.test(
  'every case of h2spec passes in front of an HTTP/2 upstream',
  unlessFound(h2spec),
  async (t) => {
    const upstreamPort = await startNghttpd(t, nghttpd as string);
    const proxy = await startProxyUnderTest(t, {
      upstreamPort,
      upstreamProtocol: 'http2',
      // What begins like neither protocol is otherwise answered in HTTP/1.1.
      manager: { codec_type: 'HTTP2' },
    });
    const { passed, failures } = await runH2spec(h2spec as string, proxy.port);
    t.same(failures, []);
    t.equal(passed + failures.length, CASES);
    t.equal(await proxy.stat('http.web.downstream_rq_active'), 0, 'no stream is left');
  },
);

t.test('the report of h2spec is read', async (t) => {
  const xml = `<testsuites><testsuite>
    <testcase package="http2/5.1" classname="idle: Sends DATA" time="0.1"></testcase>
    <testcase package="http2/6.9" classname="Sends &#34;0&#34;" time="0.2"><failure>closed
    </failure></testcase></testsuite></testsuites>`;
  t.same(resultOf(xml), { passed: 1, failures: ['http2/6.9 Sends "0": closed'] });
});
