import type { Service } from './http-service.ts';

/** What the other services send of the book; the answer of `GET /details/<id>`. */
export interface BookDetails {
  readonly id: number;
  readonly author: string;
  readonly year: number;
  readonly type: string;
  readonly pages: number;
  readonly publisher: string;
  readonly language: string;
  readonly 'ISBN-10': string;
  readonly 'ISBN-13': string;
}

/** `GET /details/<id>`: the facts on the back of the title page. */
export function detailsService(): Service {
  return {
    name: 'details',
    handle({ method, path }) {
      if (path === '/health') return { status: 200, body: { status: 'Details is healthy' } };
      const id = /^\/details\/(\d{1,9})$/.exec(path)?.[1];
      if (method !== 'GET' || id === undefined) return undefined;
      const body: BookDetails = {
        id: Number(id),
        author: 'Ilse Harrow',
        year: 2019,
        type: 'paperback',
        pages: 248,
        publisher: 'Leeward Press',
        language: 'English',
        'ISBN-10': '0000000000',
        'ISBN-13': '000-0000000000',
      };
      return { status: 200, body };
    },
  };
}
