import { inlineRequestHeaders } from '#http/inline-headers.ts';
import { headerIdOf } from '#http/known-headers.ts';

/** A field of a message, and whether it must stay out of every table. */
export type Row = readonly [name: string, value: string, isMarked: boolean];

/** Never written to HTTP/2; `te` only as `trailers`. */
const LEFT_OUT = new Set(['connection', 'host', 'te', 'upgrade']);

/** What a `RequestHeaders` has to be like, as a plain list. */
export class ModelledMessage {
  rows: readonly Row[];

  private constructor(rows: readonly Row[]) {
    this.rows = rows;
  }

  /** As HTTP/2 has them (RFC 9113 sections 8.2.3 and 8.3.1). */
  static received(fields: readonly Row[]): ModelledMessage {
    const cookies = fields.filter(([name]) => name === 'cookie');
    const others = fields.filter(([name]) => name !== 'cookie' && name !== 'host');
    const pieces = cookies.map(([, value]) => value).filter((value) => value !== '');
    const isMarked = cookies.some(([, , each]) => each);
    const last: Row[] = cookies.length === 0 ? [] : [['cookie', pieces.join('; '), isMarked]];
    return new ModelledMessage([...inlined(others), ...last]);
  }

  /** After it was HTTP/1.1, which has no marks. */
  passHttp1(): void {
    this.rows = inlined(this.rows.map(([name, value]) => [name, value, false]));
  }

  append(name: string, value: string, isMarked: boolean): void {
    this.rows = [...this.rows, [name, value, isMarked]];
  }

  set(name: string, value: string): void {
    const first = this.rows.findIndex(([each]) => each === name);
    if (first < 0) return this.append(name, value, false);
    this.rows = this.rows.flatMap((row, index): Row[] => {
      if (row[0] !== name) return [row];
      return index === first ? [[name, value, false]] : [];
    });
  }

  removeIf(predicate: (name: string, value: string) => boolean): void {
    this.rows = this.rows.filter(([name, value]) => !predicate(name, value));
  }

  get pairs(): (readonly [string, string])[] {
    return this.rows.map(([name, value]) => [name, value]);
  }

  get http1Lines(): string {
    return this.rows.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  /** What the next hop gets to see over HTTP/2. */
  get forwarded(): readonly Row[] {
    return this.rows.filter(([name, value]) => {
      return !LEFT_OUT.has(name) || (name === 'te' && value === 'trailers');
    });
  }
}

/** Fields of which Envoy keeps one are joined in the place of the first one. */
function inlined(fields: readonly Row[]): Row[] {
  const rows: Row[] = [];
  for (const row of fields) {
    const [name, value, isMarked] = row;
    const isInline = inlineRequestHeaders[headerIdOf(name)] === 1;
    const place = isInline ? rows.findIndex(([each]) => each === name) : -1;
    const first = rows[place];
    if (first === undefined) rows.push(row);
    else rows[place] = [name, `${first[1]},${value}`, first[2] || isMarked];
  }
  return rows;
}
