import { parseArgs } from 'node:util';
import { detailsService } from './details.ts';
import { type Service, serve } from './http-service.ts';
import { productpageService } from './productpage.ts';
import { ratingsService } from './ratings.ts';
import { reviewsService } from './reviews.ts';

/**
 * Runs one service of Bookinfo until SIGINT or SIGTERM:
 *
 *     node examples/bookinfo/services/main.ts reviews-v2 --port 9084
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string' },
    /** Where the product page sends its calls. */
    sidecar: { type: 'string', default: 'http://127.0.0.1:15001' },
    /** Where reviews v2 and v3 find the stars. */
    ratings: { type: 'string', default: 'http://127.0.0.1:9082' },
  },
});

const name = positionals[0] ?? '';
const service = serviceByName(name);
if (service === undefined || values.port === undefined) {
  console.error(
    'usage: main.ts productpage|details|ratings|reviews-v1|reviews-v2|reviews-v3 --port <port>',
  );
  process.exit(1);
}
const { server, port } = await serve(service, Number(values.port));
console.log(`${service.name} listens on 127.0.0.1:${port}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    // A proxy keeps its connections open; what is under way gets a moment.
    setTimeout(() => process.exit(0), 200).unref();
  });
}

function serviceByName(name: string): Service | undefined {
  switch (name) {
    case 'productpage':
      return productpageService(values.sidecar);
    case 'details':
      return detailsService();
    case 'ratings':
      return ratingsService();
    case 'reviews-v1':
      return reviewsService('v1', values.ratings);
    case 'reviews-v2':
      return reviewsService('v2', values.ratings);
    case 'reviews-v3':
      return reviewsService('v3', values.ratings);
    default:
      return undefined;
  }
}
