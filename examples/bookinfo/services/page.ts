import type { BookDetails } from './details.ts';
import { pageStyle } from './page-style.ts';
import type { BookReview, BookReviews } from './reviews.ts';

export interface Product {
  readonly id: number;
  readonly title: string;
  readonly descriptionHtml: string;
}

/** What a call through the sidecar brought. */
export interface Fetched<Body> {
  /** 200, another status of the service or of the sidecar, or 503 when there was no answer. */
  readonly status: number;
  readonly body: Body | undefined;
}

export interface PageContent {
  readonly product: Product;
  readonly details: Fetched<BookDetails>;
  readonly reviews: Fetched<BookReviews>;
  readonly user: string | undefined;
}

/** Text as it may stand in HTML, within attributes too. */
export function escapeHtml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => escapes[character] as string);
}

/** The whole page: it needs nothing else, so one request shows everything. */
export function renderPage({ product, details, reviews, user }: PageContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(product.title)} · Bookinfo</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<header><span class="brand">Bookinfo</span><span class="by">a sample application behind Proa</span>${account(user)}</header>
<main>
<section class="book">
<div class="cover" aria-hidden="true"><span>${escapeHtml(product.title)}</span></div>
<div><h1>${escapeHtml(product.title)}</h1><p class="summary">${product.descriptionHtml}</p></div>
</section>
<div class="columns">
<section><h2>Details</h2>${detailsHtml(details)}</section>
<section><h2>Reviews</h2>${reviewsHtml(reviews)}</section>
</div>
</main>
</body>
</html>
`;
}

function account(user: string | undefined): string {
  if (user !== undefined) {
    return `<form action="/logout"><span>Signed in as <b>${escapeHtml(user)}</b></span><button>Sign out</button></form>`;
  }
  return `<form method="post" action="/login"><input name="username" placeholder="any name" aria-label="Name" maxlength="32" required><button>Sign in</button></form>`;
}

function detailsHtml({ status, body }: Fetched<BookDetails>): string {
  if (body === undefined) return unavailable('details', status);
  const rows: readonly (readonly [string, string | number])[] = [
    ['Author', body.author],
    ['Published', body.year],
    ['Publisher', body.publisher],
    ['Kind', body.type],
    ['Pages', body.pages],
    ['Language', body.language],
    ['ISBN-10', body['ISBN-10']],
    ['ISBN-13', body['ISBN-13']],
  ];
  const cells = rows.map(
    ([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(String(value))}</dd>`,
  );
  return `<dl>${cells.join('')}</dl>`;
}

function reviewsHtml({ status, body }: Fetched<BookReviews>): string {
  if (body === undefined) return unavailable('reviews', status);
  const version = escapeHtml(body.version);
  return `${body.reviews.map(reviewHtml).join('')}
<p class="served">Served by <b class="${version}">reviews ${version}</b>. Load the page again: the sidecar splits the traffic between the versions.</p>`;
}

function reviewHtml({ reviewer, text, rating }: BookReview): string {
  return `<blockquote><p>${escapeHtml(text)}</p><footer>${escapeHtml(reviewer)}${starsHtml(rating)}</footer></blockquote>`;
}

function starsHtml(rating: BookReview['rating']): string {
  if (rating === undefined) return '';
  if ('error' in rating) return `<span class="missing">${escapeHtml(rating.error)}</span>`;
  const stars = '★'.repeat(rating.stars) + '☆'.repeat(Math.max(0, 5 - rating.stars));
  return `<span class="stars ${escapeHtml(rating.color)}" role="img" aria-label="${rating.stars} of 5 stars">${stars}</span>`;
}

function unavailable(what: string, status: number): string {
  return `<p class="unavailable">The ${what} are not to be had at the moment (status ${status}).</p>`;
}
