import t from 'tap';
import { battery } from './battery.ts';
import { echoUpstream } from './echo-upstream.ts';
import { startInFrontOf } from './interop-bootstrap.ts';
import { findProgram, startHaproxy, unlessFound } from './programs.ts';
import { talkByWebSocket } from './websocket.ts';

const haproxy = findProgram('haproxy');

t.test('HAProxy in front of Proa', unlessFound(haproxy), async (t) => {
  const upstream = await echoUpstream(t);
  const proa = await startInFrontOf(t, upstream.port);
  for (const mode of ['http-keep-alive', 'http-server-close', 'httpclose']) {
    await t.test(`with option ${mode}`, async (t) => {
      await battery(
        t,
        await startHaproxy(t, haproxy as string, proa.port('web'), `option ${mode}`),
      );
    });
  }
  await t.test('with a WebSocket', async (t) => {
    await talkByWebSocket(t, await startHaproxy(t, haproxy as string, proa.port('tolerant')));
  });
});

t.test('HAProxy behind Proa', unlessFound(haproxy), async (t) => {
  const upstream = await echoUpstream(t);
  for (const mode of ['http-keep-alive', 'httpclose']) {
    await t.test(`with option ${mode}`, async (t) => {
      const port = await startHaproxy(t, haproxy as string, upstream.port, `option ${mode}`);
      const proa = await startInFrontOf(t, port);
      await battery(t, proa.port('web'));
    });
  }
  await t.test('with a WebSocket', async (t) => {
    const port = await startHaproxy(t, haproxy as string, upstream.port);
    const proa = await startInFrontOf(t, port);
    await talkByWebSocket(t, proa.port('tolerant'));
  });
});
