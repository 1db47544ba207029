import { request } from 'undici';
import type { Service, ServiceRequest } from './http-service.ts';
import { propagatedHeaders } from './propagated-headers.ts';
import type { BookRatings } from './ratings.ts';

export type ReviewsVersion = 'v1' | 'v2' | 'v3';

export interface BookReview {
  readonly reviewer: string;
  readonly text: string;
  /** Absent in v1; without stars where the ratings could not be had. */
  readonly rating?: { readonly stars: number; readonly color: string } | { readonly error: string };
}

/** The answer of `GET /reviews/<id>`; `version` is what tells how the traffic was split. */
export interface BookReviews {
  readonly id: string;
  readonly podname: string;
  readonly clustername: string;
  readonly version: ReviewsVersion;
  readonly reviews: readonly BookReview[];
}

const ratingsTimeoutMs = 2_000;

/** Colour of the stars; v1 shows none and asks nobody for them. */
const starColors: Readonly<Record<ReviewsVersion, string | undefined>> = {
  v1: undefined,
  v2: 'black',
  v3: 'red',
};

const texts: readonly { readonly reviewer: string; readonly text: string }[] = [
  {
    reviewer: 'Reviewer1',
    text: 'I meant to read one chapter on the ferry and missed my harbour. The storm in the middle is worth the fare alone.',
  },
  {
    reviewer: 'Reviewer2',
    text: 'Patient, salty and often funny. The knots are explained twice, which once would have done, but I can tie them now.',
  },
];

/** `GET /reviews/<id>`: what readers say, in three versions that differ by their stars. */
export function reviewsService(version: ReviewsVersion, ratingsUrl: string): Service {
  const color = starColors[version];
  return {
    name: `reviews-${version}`,
    async handle(incoming) {
      const { method, path } = incoming;
      if (path === '/health') return { status: 200, body: { status: 'Reviews is healthy' } };
      const id = /^\/reviews\/(\d{1,9})$/.exec(path)?.[1];
      if (method !== 'GET' || id === undefined) return undefined;
      const ratings = color === undefined ? undefined : await askRatings(ratingsUrl, id, incoming);
      const body: BookReviews = {
        id,
        podname: `reviews-${version}`,
        clustername: 'bookinfo',
        version,
        reviews: texts.map((review) =>
          color === undefined
            ? review
            : { ...review, rating: rate(review.reviewer, color, ratings) },
        ),
      };
      return { status: 200, body };
    },
  };
}

function rate(
  reviewer: string,
  color: string,
  ratings: BookRatings['ratings'] | undefined,
): NonNullable<BookReview['rating']> {
  const stars = ratings?.[reviewer];
  return stars === undefined
    ? { error: 'Ratings are not to be had at the moment' }
    : { stars, color };
}

async function askRatings(
  ratingsUrl: string,
  id: string,
  incoming: ServiceRequest,
): Promise<BookRatings['ratings'] | undefined> {
  try {
    const { statusCode, body } = await request(`${ratingsUrl}/ratings/${id}`, {
      headers: propagatedHeaders(incoming.headers),
      headersTimeout: ratingsTimeoutMs,
      bodyTimeout: ratingsTimeoutMs,
    });
    const text = await body.text();
    return statusCode === 200 ? (JSON.parse(text) as BookRatings).ratings : undefined;
  } catch {
    return undefined;
  }
}
