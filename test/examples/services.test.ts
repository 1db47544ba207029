import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { request } from 'undici';
import { detailsService } from '../../examples/bookinfo/services/details.ts';
import { type Service, serve } from '../../examples/bookinfo/services/http-service.ts';
import { escapeHtml } from '../../examples/bookinfo/services/page.ts';
import { productpageService } from '../../examples/bookinfo/services/productpage.ts';
import { ratingsService } from '../../examples/bookinfo/services/ratings.ts';
import { reviewsService } from '../../examples/bookinfo/services/reviews.ts';

async function start(t: Test, service: Service): Promise<string> {
  const { server, port } = await serve(service, 0);
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${port}`;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => unknown;
}

async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return send('GET', url, headers);
}

async function send(
  method: 'GET' | 'POST',
  url: string,
  headers: Readonly<Record<string, string>> = {},
  body: string | null = null,
): Promise<Answer> {
  const response = await request(url, { method, headers, body });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    json: () => JSON.parse(text),
  };
}

/** Stands in for the sidecar: notes what arrives and answers by host and path. */
async function startSidecar(
  t: Test,
  answer: (host: string, path: string) => readonly [number, string],
): Promise<{ readonly url: string; readonly seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((incoming, response) => {
    seen.push(incoming.headers);
    const [status, body] = answer(incoming.headers.host ?? '', incoming.url ?? '');
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

await t.test('details tells the facts of a book', async (t) => {
  const url = await start(t, detailsService());
  const { status, headers, json } = await get(`${url}/details/7`);
  t.equal(status, 200);
  t.equal(headers['content-type'], 'application/json');
  t.match(json(), { id: 7, author: String, year: Number, pages: Number, 'ISBN-10': String });
  t.strictSame((await get(`${url}/health`)).json(), { status: 'Details is healthy' });
  t.equal((await get(`${url}/details/x`)).status, 404);
  t.equal((await send('POST', `${url}/details/7`)).status, 404);
});

await t.test('ratings are kept by book', async (t) => {
  const url = await start(t, ratingsService());
  const stars = { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } };
  t.strictSame((await get(`${url}/ratings/0`)).json(), stars);
  const changed = await send('POST', `${url}/ratings/0`, {}, '{"Reviewer1":1}');
  t.strictSame(changed.json(), { id: 0, ratings: { Reviewer1: 1 } });
  t.strictSame((await get(`${url}/ratings/0`)).json(), { id: 0, ratings: { Reviewer1: 1 } });
  t.strictSame((await get(`${url}/ratings/1`)).json(), { ...stars, id: 1 });
  for (const wrong of ['', '[]', '3', '{"a":6}', '{"a":0}', '{"a":"x"}', '{"a":1.5}']) {
    t.equal((await send('POST', `${url}/ratings/0`, {}, wrong)).status, 400, wrong);
  }
  t.equal((await send('POST', `${url}/ratings/0`, {}, ' '.repeat(65_537))).status, 413);
});

await t.test('reviews show no, black or red stars and say which version they are', async (t) => {
  const ratings = await start(t, ratingsService());
  const colors = { v1: undefined, v2: 'black', v3: 'red' } as const;
  for (const version of ['v1', 'v2', 'v3'] as const) {
    const url = await start(t, reviewsService(version, ratings));
    const reviews = (await get(`${url}/reviews/0`)).json();
    t.match(reviews, { id: '0', podname: `reviews-${version}`, version });
    const { reviews: list } = reviews as { reviews: readonly { rating?: object }[] };
    const color = colors[version];
    const expected = color && [
      { stars: 5, color },
      { stars: 4, color },
    ];
    t.strictSame(
      list.map(({ rating }) => rating),
      expected ?? [undefined, undefined],
    );
  }
});

await t.test('reviews do without ratings that cannot be had', async (t) => {
  const url = await start(t, reviewsService('v3', 'http://127.0.0.1:1'));
  const { status, json } = await get(`${url}/reviews/0`);
  t.equal(status, 200);
  t.match(json(), { reviews: [{ rating: { error: String } }, { rating: { error: String } }] });
});

await t.test('the product page calls its services through the sidecar, by host', async (t) => {
  const details = await start(t, detailsService());
  const ratings = await start(t, ratingsService());
  const reviews = await start(t, reviewsService('v3', ratings));
  const answers = new Map([
    ['details:9080/details/0', (await get(`${details}/details/0`)).text],
    ['reviews:9080/reviews/0', (await get(`${reviews}/reviews/0`)).text],
    ['ratings:9080/ratings/0', (await get(`${ratings}/ratings/0`)).text],
  ]);
  const sidecar = await startSidecar(t, (host, path) => {
    const body = answers.get(host + path);
    return body === undefined ? [404, ''] : [200, body];
  });
  const page = await start(t, productpageService(sidecar.url));
  const { status, text, headers } = await get(`${page}/productpage`);
  t.equal(status, 200);
  t.match(headers['content-type'], /^text\/html/);
  for (const part of ['Ilse Harrow', 'class="stars red"', '★★★★★', '★★★★☆', 'reviews v3']) {
    t.ok(text.includes(part), part);
  }
  for (const [api, part] of [
    ['', 'details'],
    ['/reviews', 'reviews'],
    ['/ratings', 'ratings'],
  ] as const) {
    const answer = await get(`${page}/api/v1/products/0${api}`);
    t.equal(answer.text, answers.get(`${part}:9080/${part}/0`), api);
  }
  t.match((await get(`${page}/api/v1/products`)).json(), [{ id: 0, title: String }]);
  t.equal((await get(`${page}/api/v1/products/0/other`)).status, 404);
  t.equal((await get(`${page}/other`)).status, 404);
});

await t.test('headers of a trace and of the user are handed on, others are not', async (t) => {
  const sidecar = await startSidecar(t, () => [200, '{}']);
  const page = await start(t, productpageService(sidecar.url));
  const handedOn = {
    'x-request-id': 'one',
    'x-b3-traceid': 'two',
    traceparent: '00-three',
    'end-user': 'jason',
  };
  await get(`${page}/api/v1/products/0/reviews`, {
    ...handedOn,
    'x-secret': 'four',
    cookie: 'a=b',
  });
  t.match(sidecar.seen, [{ ...handedOn, host: 'reviews:9080' }]);
  t.equal(sidecar.seen[0]?.['x-secret'], undefined);
  t.equal(sidecar.seen[0]?.cookie, undefined);
});

await t.test('signing in takes any name, which then goes with every call', async (t) => {
  const sidecar = await startSidecar(t, () => [503, 'no healthy upstream']);
  const page = await start(t, productpageService(sidecar.url));
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const signedIn = await send('POST', `${page}/login`, form, 'username=jason');
  t.equal(signedIn.status, 302);
  t.equal(signedIn.headers.location, '/productpage');
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string;
  const { text } = await get(`${page}/productpage`, { cookie });
  t.match(text, /Signed in as <b>jason<\/b>/);
  t.match(sidecar.seen, [{ 'end-user': 'jason' }, { 'end-user': 'jason' }]);
  for (const wrong of ['', 'username=', 'username=%3Cb%3E', `username=${'x'.repeat(33)}`]) {
    t.equal((await send('POST', `${page}/login`, form, wrong)).status, 400, wrong);
  }
  const attack = await get(`${page}/productpage`, { cookie: 'end-user=<script>' });
  t.notMatch(attack.text, /<script>/);
  t.match((await get(`${page}/logout`)).headers['set-cookie'], /end-user=; Max-Age=0/);
});

await t.test('the page is shown when a service is not to be had', async (t) => {
  const sidecar = await startSidecar(t, () => [503, 'no healthy upstream']);
  const page = await start(t, productpageService(sidecar.url));
  const { status, text } = await get(`${page}/productpage`);
  t.equal(status, 200);
  t.match(text, /The details are not to be had at the moment \(status 503\)/);
  t.match(text, /The reviews are not to be had at the moment \(status 503\)/);
  t.equal((await get(`${page}/api/v1/products/0/reviews`)).status, 503, 'the API tells the status');
  const alone = await start(t, productpageService('http://127.0.0.1:1'));
  t.equal((await get(`${alone}/api/v1/products/0`)).status, 503, 'without a sidecar too');
});

await t.test('text cannot become markup', async (t) => {
  t.equal(
    escapeHtml(`<a href="x" id='y'>&</a>`),
    '&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
  );
});
