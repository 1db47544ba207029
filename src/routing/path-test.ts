import type { RequestHeaders } from '#http/request-headers.ts';
import { asciiLowerCase } from '#matching/byte-string.ts';
import { SafeRegex } from '#matching/safe-regex.ts';
import { UriTemplate } from '#matching/uri-template.ts';
import type { PathMatchConfig } from '#routing/route-config.ts';

/** Whether a path (without its query, and its parameters if they are ignored) fits. */
export type PathTest = (path: string, headers: RequestHeaders) => boolean;

/** The test of a matcher that is more than an exact path or a prefix; nothing for those. */
export function buildPathTest(match: PathMatchConfig): PathTest | undefined {
  switch (match.kind) {
    case 'safe_regex': {
      const regex = new SafeRegex(match.regex);
      return (path) => regex.fullMatch(path);
    }
    case 'uri_template': {
      const template = new UriTemplate(match.template);
      return (path) => template.matches(path);
    }
    case 'connect_matcher':
      return (_path, headers) => headers.method === 'CONNECT';
    default:
      return match.isCaseSensitive ? undefined : buildCaseInsensitiveTest(match.kind, match.text);
  }
}

/** What every path that fits begins with; empty where nothing is known. */
export function pathPrefixOf(match: PathMatchConfig): string {
  switch (match.kind) {
    case 'safe_regex':
      return match.regex.literalPrefix;
    case 'uri_template':
      return match.template.regex.literalPrefix;
    default:
      return '';
  }
}

function buildCaseInsensitiveTest(
  kind: 'path' | 'prefix' | 'path_separated_prefix',
  configured: string,
): PathTest {
  const text = asciiLowerCase(configured);
  const begins = (path: string) => asciiLowerCase(path.substring(0, text.length)) === text;
  switch (kind) {
    case 'path':
      return (path) => path.length === text.length && begins(path);
    case 'prefix':
      return begins;
    case 'path_separated_prefix':
      return (path) => begins(path) && (path.length === text.length || path[text.length] === '/');
  }
}
