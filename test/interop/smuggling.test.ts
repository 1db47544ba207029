import { connect } from 'node:net';
import t from 'tap';
import { type Payload, smugglingCorpus } from '../http/h1/smuggling-corpus.ts';
import { bootstrapOf, httpListener, routeTo, staticCluster } from '../tools/bootstrap.ts';
import { startProa } from '../tools/proa-process.ts';
import { temporaryFolder } from '../tools/temporary-folder.ts';
import { findProgram, startHaproxy, startNginx, unlessFound } from './programs.ts';
import {
  type ArrivedRequest,
  type RecordingUpstream,
  recordingUpstream,
} from './recording-upstream.ts';

const haproxy = findProgram('haproxy');
const nginx = findProgram('nginx');

const QUIET_MS = 150;
const AT_ONCE = 12;

/** Passes everything on as it comes. */
const PASSING =
  'proxy_http_version 1.1; proxy_set_header connection ""; proxy_set_header host $host; client_max_body_size 0; proxy_buffering off; proxy_request_buffering off;';

/** Whether the places of the corpus also reach Proa where it tolerates what it can be told to. */
const TOLERANT = {
  http_protocol_options: {
    accept_http_10: true,
    allow_chunked_length: true,
    enable_trailers: true,
  },
};

/** Sends bytes and waits until the connection ends or is quiet. */
function play(port: number, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (): void => {
      socket.destroy();
      resolve();
    };
    let quiet = setTimeout(end, QUIET_MS * 2);
    const restart = (): void => {
      clearTimeout(quiet);
      quiet = setTimeout(end, QUIET_MS);
    };
    socket.on('data', restart);
    socket.on('connect', restart);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(quiet);
      resolve();
    });
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}

/** What arrived of each payload when all are sent to a port; `way` is a letter. */
async function playAll(
  upstream: RecordingUpstream,
  way: string,
  port: number,
): Promise<ArrivedRequest[][]> {
  const marks = smugglingCorpus.map((_, index) => `-${way}${String(index).padStart(3, '0')}-`);
  const queue = [...smugglingCorpus.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, { bytes }] = next;
      await play(port, markedBytes(bytes, marks[index] as string));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return marks.map((mark) =>
    upstream.arrived(mark).map((request) => ({
      ...request,
      path: request.path.replaceAll(mark, ''),
      body: request.body.replaceAll(mark, ''),
    })),
  );
}

/** Puts the mark in; lengths that cover it grow with it. */
function markedBytes(bytes: string, mark: string): string {
  const grown = mark.length - 1;
  return bytes
    .replace(/(Content-Length: )(\d\d)\r\n(?=[^]*\/s\$)/, (_, name: string, length: string) => {
      return `${name}${Number(length) + grown}\r\n`;
    })
    .replace(/\r\n([0-9a-f]{2})\r\n(?=GET \/s)/, (_, size: string) => {
      return `\r\n${(Number.parseInt(size, 16) + grown).toString(16)}\r\n`;
    })
    .replaceAll('$', mark);
}

/** How two recipients of the same bytes contradict each other, if they do. */
function contradiction(
  ours: readonly ArrivedRequest[],
  others: readonly ArrivedRequest[],
): string | undefined {
  for (const [index, one] of ours.entries()) {
    const other = others[index];
    // One of them read no further, which harms nobody.
    if (other === undefined) return undefined;
    const starts = [one, other].map(({ method, path }) => `${method} ${path}`);
    if (starts[0] !== starts[1]) return `request ${index}: ${starts.join(' against ')}`;
    if (one.isComplete && other.isComplete && one.body !== other.body) {
      return `body ${index}: ${JSON.stringify([one.body, other.body])}`;
    }
    const [shorter, longer] = one.isComplete ? [other, one] : [one, other];
    if (!shorter.isComplete && !longer.body.startsWith(shorter.body) && longer.isComplete) {
      return `body ${index}: ${JSON.stringify([one.body, other.body])}`;
    }
  }
  return undefined;
}

function contradictions(
  ours: readonly ArrivedRequest[][],
  others: readonly ArrivedRequest[][],
): string[] {
  return smugglingCorpus.flatMap(({ name }: Payload, index) => {
    const found = contradiction(ours[index] ?? [], others[index] ?? []);
    return found === undefined ? [] : [`${name}: ${found}`];
  });
}

/** Payloads of which more arrives than what the first recipient passed on. */
function additions(
  ours: readonly ArrivedRequest[][],
  others: readonly ArrivedRequest[][],
): string[] {
  return smugglingCorpus
    .filter((_, index) => (others[index]?.length ?? 0) > (ours[index]?.length ?? 0))
    .map(({ name }) => name);
}

/**
 * Requests that arrive behind Proa and are not those that the peer before it passed on. Some of the
 * peer's may be missing: Proa refuses them, and the peer goes on with the next one.
 */
function inventions(
  peers: readonly ArrivedRequest[][],
  arrived: readonly ArrivedRequest[][],
): string[] {
  return smugglingCorpus.flatMap(({ name }, index) =>
    (arrived[index] ?? [])
      .filter(({ method, path, body }) => {
        const origin = peers[index]?.find((each) => each.method === method && each.path === path);
        // What the peer sends may be too bad for the upstream that wrote it down, but not for Proa.
        if (origin === undefined) return path !== '/v';
        return origin.isComplete && origin.body !== body;
      })
      .map((request) => `${name}: ${JSON.stringify(request)}`),
  );
}

for (const [peerName, path] of [
  ['haproxy', haproxy],
  ['nginx', nginx],
] as const) {
  t.test(
    `no request is split differently by Proa and ${peerName}`,
    unlessFound(path),
    async (t) => {
      // What passed Proa last, and what passed the peer last.
      const upstream = await recordingUpstream(t);
      const peersUpstream = await recordingUpstream(t);
      const startPeer = async (port: number): Promise<number> => {
        if (peerName === 'haproxy') return await startHaproxy(t, path as string, port);
        const pass = `location / { proxy_pass http://behind; ${PASSING} }`;
        const outside = `upstream behind { server 127.0.0.1:${port}; keepalive 16; }`;
        return (await startNginx(t, path as string, pass, outside)).port;
      };
      const peer = await startPeer(peersUpstream.port);
      const proa = await startProa(
        bootstrapOf(
          [
            httpListener({ name: 'alone', at: 0, routes: [routeTo('upstream')] }),
            httpListener({
              name: 'tolerant',
              at: 0,
              routes: [routeTo('upstream')],
              manager: TOLERANT,
            }),
            httpListener({ name: 'before', at: 0, routes: [routeTo('peer')], manager: TOLERANT }),
          ],
          [staticCluster('upstream', upstream.port), staticCluster('peer', peer)],
        ),
        { folder: temporaryFolder(t) },
      );
      t.teardown(() => proa.process.stop());
      const peerBefore = await startPeer(proa.port('tolerant'));

      const alone = await playAll(upstream, 'a', proa.port('alone'));
      const tolerant = await playAll(upstream, 'b', proa.port('tolerant'));
      const peerAlone = await playAll(peersUpstream, 'c', peer);
      const thenPeer = await playAll(peersUpstream, 'd', proa.port('before'));
      const thenProa = await playAll(upstream, 'e', peerBefore);

      t.same(contradictions(alone, peerAlone), [], 'either of them may be first');
      t.same(contradictions(tolerant, peerAlone), [], 'even with everything that may be tolerated');
      t.same(
        contradictions(tolerant, thenPeer),
        [],
        'it reads what Proa passes on as Proa read it',
      );
      t.same(additions(tolerant, thenPeer), [], 'and reads no more into it');
      t.same(inventions(peerAlone, thenProa), [], 'Proa reads what it passes on as it read it');
      t.same(upstream.errors, [], 'everything that passed Proa is HTTP');

      const arrived = (all: readonly ArrivedRequest[][]): number =>
        all.filter((requests) => requests.some(({ isComplete }) => isComplete)).length;
      t.ok(arrived(alone) >= 20, `${arrived(alone)} of ${smugglingCorpus.length} pass Proa`);
      t.comment(
        `${arrived(peerAlone)} pass ${peerName}, ${arrived(tolerant)} a Proa that tolerates more`,
      );
    },
  );
}
