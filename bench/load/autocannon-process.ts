/**
 * One run of autocannon in a process of its own, which can be pinned to a core.
 *
 * Usage: node autocannon-process.ts '<AutocannonLoad as JSON>'; prints a LoadResult as JSON.
 */
import autocannon from 'autocannon';
import { LOOPBACK } from '../machine/loopback.ts';
import type { AutocannonLoad } from './autocannon.ts';
import type { LoadResult } from './load-generator.ts';
import { requestTemplates, UNIQUE_HEADER, UNIQUE_PLACEHOLDER } from './traffic.ts';

/** Different requests per run; autocannon keeps all of them for every connection. */
const TEMPLATES = 256;
const TEMPLATES_WITH_BODY = 16;

const load = JSON.parse(process.argv[2] ?? '') as AutocannonLoad;

function buildRequests(): autocannon.Request[] {
  const { traffic } = load;
  const count = traffic.bodyBytes === 0 ? TEMPLATES : TEMPLATES_WITH_BODY;
  const body = traffic.bodyBytes === 0 ? {} : { body: 'b'.repeat(traffic.bodyBytes) };
  return requestTemplates(traffic, count).map((template, index) => ({
    method: traffic.method,
    path: template.path,
    // autocannon counts the body itself.
    headers: Object.fromEntries(
      template.headers
        .filter(([name]) => name !== 'content-length')
        .map(([name, value]) => [
          name,
          name === UNIQUE_HEADER
            ? value.replace(UNIQUE_PLACEHOLDER, index.toString(16).padStart(16, '0'))
            : value,
        ]),
    ),
    ...body,
  }));
}

const requests = buildRequests();
let clients = 0;

const result = await autocannon({
  url: `http://${LOOPBACK}:${load.port}`,
  connections: load.connections,
  duration: load.durationSeconds,
  pipelining: 1,
  timeout: 5,
  requests,
  // Each connection begins elsewhere in the list, so that they do not all ask for the same at the same time.
  setupClient: (client) => {
    const first = (clients * 37) % requests.length;
    clients += 1;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  },
});

const answered = result['1xx'] + result['2xx'] + result.non2xx;
process.stdout.write(
  `${JSON.stringify({
    requests: answered,
    durationSeconds: result.duration,
    bytesRead: result.throughput.total,
    errors: result.errors + result.timeouts + result.non2xx,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  } satisfies LoadResult)}\n`,
);
