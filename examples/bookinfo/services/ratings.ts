import type { Service } from './http-service.ts';

/** The answer of `GET /ratings/<id>`: stars from 1 to 5 by reviewer. */
export interface BookRatings {
  readonly id: number;
  readonly ratings: Readonly<Record<string, number>>;
}

/** `GET /ratings/<id>` reads the stars of a book, `POST` replaces them until the next start. */
export function ratingsService(): Service {
  const byBook = new Map<number, Readonly<Record<string, number>>>();
  return {
    name: 'ratings',
    handle({ method, path, body }) {
      if (path === '/health') return { status: 200, body: { status: 'Ratings is healthy' } };
      const text = /^\/ratings\/(\d{1,9})$/.exec(path)?.[1];
      if (text === undefined) return undefined;
      const id = Number(text);
      if (method === 'POST') {
        const ratings = readRatings(body);
        if (ratings === undefined) {
          return { status: 400, body: { error: 'expected {"<reviewer>": <1 to 5>, …}' } };
        }
        if (byBook.size < 1000 || byBook.has(id)) byBook.set(id, ratings);
      } else if (method !== 'GET') return undefined;
      const ratings = byBook.get(id) ?? { Reviewer1: 5, Reviewer2: 4 };
      const answer: BookRatings = { id, ratings };
      return { status: 200, body: answer };
    },
  };
}

function readRatings(body: string): Readonly<Record<string, number>> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const isStars = (value: unknown): boolean => Number.isInteger(value) && within(value as number);
    return Object.values(parsed).every(isStars) ? (parsed as Record<string, number>) : undefined;
  } catch {
    return undefined;
  }
}

const within = (stars: number): boolean => stars >= 1 && stars <= 5;
