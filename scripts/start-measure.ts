/**
 * Measures the split of the reviews through a gateway that runs already:
 *
 *     node scripts/start-measure.ts http://127.0.0.1:8080 <productpage-sidecar.yaml> [<requests>]
 */
import { configuredShares, readProxyConfig, sidecarPorts } from './start-config.ts';
import { measureSplit, splitTable } from './start-split.ts';

const [gatewayUrl, sidecarFile, requestsText = '400'] = process.argv.slice(2);
const requests = Number(requestsText);
if (gatewayUrl === undefined || sidecarFile === undefined || !(requests > 0)) {
  process.stderr.write('usage: start-measure.ts <gateway url> <sidecar yaml> [<requests>]\n');
  process.exit(1);
}
const configured = configuredShares(readProxyConfig(sidecarFile, sidecarPorts));
process.stdout.write(`Reviews in ${requests} requests through the gateway:\n\n`);
process.stdout.write(`${splitTable(configured, await measureSplit(gatewayUrl, requests))}\n`);
