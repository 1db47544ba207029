/*
 * What Envoy does to the path of a request before anything else looks at it. All functions take and
 * give a path with its query; only the part before the question mark is ever changed.
 */

const SLASH = 0x2f;
const DOT = 0x2e;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;

/** What becomes of an octet of a path: see the arrays below. */
const PLAIN = 0;
const DECODED = 1;
const ESCAPED = 2;
const SPECIAL = 3;

/** By octet. `DECODED`: plain, and written plainly where it is percent-encoded (RFC 3986 section 2.3). */
const TREATMENT = Uint8Array.from({ length: 256 }, (_, octet) => {
  const char = String.fromCharCode(octet);
  if (char === '%' || char === '.' || char === '\\') return SPECIAL;
  if (/[A-Za-z0-9_~-]/.test(char)) return DECODED;
  return /[!$&'()*+,/:;=@[\]]/.test(char) ? PLAIN : ESCAPED;
});

/** `/..;x` would pass as the name of a segment, yet some servers take it for `/..`. */
const DOT_SEGMENT_PARAMETERS = /(\/\.\.?);[^/]*/g;

function pathEnd(path: string): number {
  const query = path.indexOf('?');
  return query < 0 ? path.length : query;
}

/**
 * `normalize_path`: removes dot segments, turns backslashes into slashes, decodes what needs no
 * encoding and encodes what does, as browsers do. Nothing for a path with an encoded NUL.
 */
export function normalizePath(path: string): string | undefined {
  const end = pathEnd(path);
  if (isNormal(path, end)) return path;
  const plain = path.substring(0, end).replace(DOT_SEGMENT_PARAMETERS, '$1');
  const segments: string[] = [];
  // Behind the last slash there is always a segment, if only an empty one.
  let isDirectory = false;
  for (let start = 1; start <= plain.length; ) {
    let stop = start;
    while (stop < plain.length && !isSlash(plain.charCodeAt(stop))) stop++;
    const segment = normalizeSegment(plain.substring(start, stop));
    if (segment === undefined) return undefined;
    isDirectory = segment === '.' || segment === '..';
    if (segment === '..') segments.pop();
    else if (segment !== '.') segments.push(segment);
    start = stop + 1;
  }
  if (isDirectory) segments.push('');
  return `/${segments.join('/')}${path.substring(end)}`;
}

function isSlash(octet: number): boolean {
  return octet === SLASH || octet === BACKSLASH;
}

/** Most paths are as they should be: found out without making anything. */
function isNormal(path: string, end: number): boolean {
  for (let at = 1; at < end; at++) {
    const octet = path.charCodeAt(at);
    const treatment = TREATMENT[octet] as number;
    if (treatment <= DECODED) continue;
    // A dot matters only at the beginning of a segment.
    if (octet !== DOT || path.charCodeAt(at - 1) === SLASH) return false;
  }
  return true;
}

function normalizeSegment(segment: string): string | undefined {
  let result = '';
  for (let at = 0; at < segment.length; at++) {
    const octet = segment.charCodeAt(at);
    if (octet === PERCENT) {
      const value = escapedOctet(segment, at);
      if (value === 0) return undefined;
      if (value < 0) {
        result += '%';
        continue;
      }
      const isDecoded = value === DOT || TREATMENT[value] === DECODED;
      result += isDecoded ? String.fromCharCode(value) : segment.substring(at, at + 3);
      at += 2;
    } else if (TREATMENT[octet] === ESCAPED) {
      result += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    } else {
      result += segment[at];
    }
  }
  return result;
}

/** The octet that `%` and two digits stand for; -1 where no digits follow. */
function escapedOctet(text: string, at: number): number {
  const digits = text.substring(at + 1, at + 3);
  return /^[0-9a-fA-F]{2}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/** `merge_slashes`: several slashes become one; a path of nothing but slashes keeps two, as in Envoy. */
export function mergeSlashes(path: string): string {
  const end = pathEnd(path);
  const double = path.indexOf('//');
  if (double < 0 || double >= end) return path;
  const segments = path
    .substring(0, end)
    .split('/')
    .filter((segment) => segment !== '');
  const last = path.charCodeAt(end - 1) === SLASH ? '/' : '';
  return `/${segments.join('/')}${last}${path.substring(end)}`;
}

/** `path_with_escaped_slashes_action`: `%2F` and `%5C` become a slash and a backslash. */
export function unescapeSlashes(path: string): string {
  const end = pathEnd(path);
  const percent = path.indexOf('%');
  if (percent < 0 || percent >= end) return path;
  const unescaped = path.substring(0, end).replace(/%2f/gi, '/').replace(/%5c/gi, '\\');
  return unescaped + path.substring(end);
}
