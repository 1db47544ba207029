/**
 * The server behind the proxies where there is no nginx: answers every path, drops what is uploaded, keeps
 * connections alive. It needs more CPU than most proxies, so throughput says little with it; CPU per request
 * of the proxies still does.
 *
 * Usage: node node-upstream.ts PORT BODY_BYTES
 */
import { createServer } from 'node:http';
import { LOOPBACK } from '../machine/loopback.ts';

const [port, bodyBytes] = process.argv.slice(2).map(Number);
const body = Buffer.alloc(bodyBytes ?? 0, 'r');

const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(port, LOOPBACK);
