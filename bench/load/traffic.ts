/**
 * What the clients of a workload ask for. No two requests are alike: paths, hosts, referers, sessions and
 * tokens vary over the templates, and every request carries a correlation id of its own, so that nothing can
 * be won by remembering whole requests.
 */
export interface Traffic {
  readonly method: 'GET' | 'POST';
  /** Virtual hosts that the requests are spread over, evenly. */
  readonly hosts: readonly string[];
  /** Beginnings of paths that the requests are spread over, evenly; each continues with a name of its own. */
  readonly pathPrefixes: readonly string[];
  /** Bytes of each request's body; 0 sends none. */
  readonly bodyBytes: number;
}

/** A request with a placeholder where its unique value belongs. */
export interface RequestTemplate {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The header whose value every load generator replaces per request with 16 hexadecimal digits. */
export const UNIQUE_HEADER = 'x-correlation-id';
export const UNIQUE_PLACEHOLDER = '@@@@@@@@@@@@@@@@';

const USER_AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'okhttp/4.12.0',
  'python-requests/2.32.4',
] as const;
const LANGUAGES = ['en-GB,en;q=0.8', 'de-CH,de;q=0.9,en;q=0.5', 'fr-FR,fr;q=0.9', 'ja'] as const;

/** Builds `count` different requests with ten headers each (twelve with a body); the same ones every time. */
export function requestTemplates(traffic: Traffic, count: number): RequestTemplate[] {
  const digits = digitSource(0x5eed);
  return Array.from({ length: count }, (_, index) => {
    const host = pick(traffic.hosts, index);
    const path = `${pick(traffic.pathPrefixes, Math.floor(index / traffic.hosts.length))}item-${digits(6)}`;
    const body: [string, string][] =
      traffic.bodyBytes === 0
        ? []
        : [
            ['content-type', 'application/octet-stream'],
            ['content-length', String(traffic.bodyBytes)],
          ];
    return {
      method: traffic.method,
      path,
      headers: [
        ['host', host],
        ['user-agent', pick(USER_AGENTS, index)],
        ['accept', 'text/html,application/json;q=0.9,*/*;q=0.8'],
        ['accept-encoding', 'gzip, deflate, br'],
        ['accept-language', pick(LANGUAGES, index)],
        ['referer', `https://${host}/search?q=${digits(8)}`],
        ['authorization', `Bearer ${digits(64)}`],
        ['cookie', `session=${digits(32)}; theme=dark; basket=${digits(12)}`],
        [UNIQUE_HEADER, UNIQUE_PLACEHOLDER],
        ['sec-fetch-mode', 'navigate'],
        ...body,
      ],
    };
  });
}

/** The request as HTTP/1.1 text, body included, split at the place of its unique value. */
export function requestHalves(
  template: RequestTemplate,
  bodyBytes: number,
): readonly [string, string] {
  const lines = template.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const text = `${template.method} ${template.path} HTTP/1.1\r\n${lines}\r\n${'b'.repeat(bodyBytes)}`;
  const [before, after] = text.split(UNIQUE_PLACEHOLDER);
  return [before ?? '', after ?? ''];
}

function pick<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item;
}

/** Hexadecimal digits of a small seeded generator (xorshift, 32 bits), so that every run sends the same. */
function digitSource(seed: number): (length: number) => string {
  let state = seed;
  return (length) => {
    let digits = '';
    while (digits.length < length) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      digits += (state >>> 0).toString(16).padStart(8, '0');
    }
    return digits.slice(0, length);
  };
}
