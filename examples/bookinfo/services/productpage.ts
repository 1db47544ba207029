import { Agent, request } from 'undici';
import type { BookDetails } from './details.ts';
import type { Reply, Service, ServiceRequest } from './http-service.ts';
import { type Fetched, type Product, renderPage } from './page.ts';
import { propagatedHeaders } from './propagated-headers.ts';
import type { BookRatings } from './ratings.ts';
import type { BookReviews } from './reviews.ts';

const calledTimeoutMs = 5_000;

const products: readonly Product[] = [
  {
    id: 0,
    title: 'Sailing Against the Current',
    descriptionHtml:
      'A boat builder’s daughter sets out in a proa of her own making to deliver one letter to five islands. The winds disagree, the charts are wrong, and the outrigger is the only thing that keeps her upright.',
  },
];

/**
 * The page of the book, and its JSON forms under `/api/v1/products`. Everything it shows of other
 * services is asked for through the sidecar at `sidecarUrl`, by the host of the service.
 */
export function productpageService(sidecarUrl: string): Service {
  const agent = new Agent({ connections: 64, pipelining: 1 });
  return {
    name: 'productpage',
    handle(incoming) {
      const user = signedIn(incoming);
      const ask = <Body>(service: string, path: string): Promise<Fetched<Body>> =>
        callThroughSidecar(agent, sidecarUrl, service, path, incoming, user);
      switch (incoming.path) {
        case '/health':
          return { status: 200, body: 'Product page is healthy' };
        case '/productpage':
          return productPage(ask, user);
        case '/login':
          return signIn(incoming);
        case '/logout':
          return redirectToPage('end-user=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax');
        case '/api/v1/products':
          return { status: 200, body: products };
        default:
          return api(incoming.path, ask);
      }
    },
  };
}

type Ask = <Body>(service: string, path: string) => Promise<Fetched<Body>>;

async function productPage(ask: Ask, user: string | undefined): Promise<Reply> {
  const product = products[0] as Product;
  const [details, reviews] = await Promise.all([
    ask<BookDetails>('details', `/details/${product.id}`),
    ask<BookReviews>('reviews', `/reviews/${product.id}`),
  ]);
  return { status: 200, body: renderPage({ product, details, reviews, user }) };
}

async function api(path: string, ask: Ask): Promise<Reply | undefined> {
  const [, idText, part] =
    /^\/api\/v1\/products\/(\d{1,9})(?:\/(reviews|ratings))?$/.exec(path) ?? [];
  if (idText === undefined) return undefined;
  const service = part ?? 'details';
  const { status, body } = await ask<BookDetails | BookReviews | BookRatings>(
    service,
    `/${service}/${idText}`,
  );
  return { status, body: body ?? { error: `no answer from ${service}` } };
}

async function callThroughSidecar<Body>(
  agent: Agent,
  sidecarUrl: string,
  service: string,
  path: string,
  incoming: ServiceRequest,
  user: string | undefined,
): Promise<Fetched<Body>> {
  const headers = propagatedHeaders(incoming.headers);
  if (user !== undefined) headers['end-user'] = user;
  headers['host'] = `${service}:9080`;
  try {
    const { statusCode, body } = await request(`${sidecarUrl}${path}`, {
      dispatcher: agent,
      headers,
      headersTimeout: calledTimeoutMs,
      bodyTimeout: calledTimeoutMs,
    });
    const text = await body.text();
    // What is not 200 may come from the proxy, as text.
    return {
      status: statusCode,
      body: statusCode === 200 ? (JSON.parse(text) as Body) : undefined,
    };
  } catch {
    return { status: 503, body: undefined };
  }
}

/** A name is all that signing in takes: it is there to try routes that look at `end-user`. */
function signIn({ method, body }: ServiceRequest): Reply | undefined {
  if (method !== 'POST') return undefined;
  const user = (new URLSearchParams(body).get('username') ?? '').trim();
  if (!isName(user))
    return { status: 400, body: { error: 'a name has 1 to 32 letters or digits' } };
  return redirectToPage(`end-user=${user}; Path=/; HttpOnly; SameSite=Lax`);
}

function signedIn({ headers }: ServiceRequest): string | undefined {
  const user = /(?:^|;\s*)end-user=([^;]*)/.exec(headers.cookie ?? '')?.[1];
  return user !== undefined && isName(user) ? user : undefined;
}

const isName = (text: string): boolean => /^[A-Za-z0-9]{1,32}$/.test(text);

function redirectToPage(cookie: string): Reply {
  return { status: 302, body: '', headers: { location: '/productpage', 'set-cookie': cookie } };
}
