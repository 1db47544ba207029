import { raw } from '../harness/client-script.ts';
import type { Group, Scenario } from '../harness/scenario.ts';

/** A scenario without configuration of its own: exact bytes in, and one answer out. */
function bytes(name: string, ...pieces: readonly string[]): Scenario {
  return { name, client: [raw(...pieces)] };
}

const HOST = 'host: example.test\r\n';

/** The start line. */
const startLines: readonly Scenario[] = [
  bytes('garbage is refused', 'garbage\r\n\r\n'),
  bytes('an empty line before the request is skipped', `\r\nGET / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('several empty lines before the request', `\r\n\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a bare LF line before the request', `\nGET / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('white space before the method', ` GET / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('two spaces after the method', `GET  / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('two spaces before the version', `GET /  HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a tab between the parts of the request line', `GET\t/\tHTTP/1.1\r\n${HOST}\r\n`),
  bytes('a space at the end of the request line', `GET / HTTP/1.1 \r\n${HOST}\r\n`),
  bytes('a space in the path', `GET /a b HTTP/1.1\r\n${HOST}\r\n`),
  bytes('no version', `GET /\r\n${HOST}\r\n`),
  bytes('HTTP/0.9 by name', `GET / HTTP/0.9\r\n${HOST}\r\n`),
  bytes('HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`),
  bytes('HTTP/2.0 in a request line', `GET / HTTP/2.0\r\n${HOST}\r\n`),
  {
    ...bytes('the HTTP/2 preface on an HTTP/1.1 listener', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    manager: { codec_type: 'HTTP1' },
  },
  bytes('HTTP/1.10', `GET / HTTP/1.10\r\n${HOST}\r\n`),
  bytes('HTTP/11', `GET / HTTP/11\r\n${HOST}\r\n`),
  bytes('a version in lower case', `GET / http/1.1\r\n${HOST}\r\n`),
  bytes('another protocol name', `GET / ICY/1.1\r\n${HOST}\r\n`),
  bytes('a method in lower case', `get / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a method with a hyphen', `M-SEARCH / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a method with an illegal character', `GE(T / HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an empty method', ` / HTTP/1.1\r\n${HOST}\r\n`),
  bytes(
    'a TLS client hello on a plain listener',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
  ),
  bytes('a request cut in every second byte', ...pairs(`GET /cut HTTP/1.1\r\n${HOST}\r\n`)),
  bytes(
    'a request cut between CR and LF',
    'GET / HTTP/1.1\r',
    `\n${HOST.slice(0, -1)}`,
    '\n\r',
    '\n',
  ),
];

/** The target. */
const targets: readonly Scenario[] = [
  bytes('an absolute target', `GET http://other.test/a?b HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an absolute target without a path', `GET http://other.test HTTP/1.1\r\n${HOST}\r\n`),
  bytes(
    'an absolute target with a query and no path',
    `GET http://other.test?x=1 HTTP/1.1\r\n${HOST}\r\n`,
  ),
  bytes('an absolute target with a port', `GET http://other.test:8080/a HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an absolute https target', `GET https://other.test/a HTTP/1.1\r\n${HOST}\r\n`),
  bytes(
    'an absolute target with an upper-case scheme',
    `GET HTTP://other.test/a HTTP/1.1\r\n${HOST}\r\n`,
  ),
  bytes('an absolute target of another scheme', `GET ftp://other.test/a HTTP/1.1\r\n${HOST}\r\n`),
  bytes(
    'an absolute target with user information',
    `GET http://me@other.test/a HTTP/1.1\r\n${HOST}\r\n`,
  ),
  bytes('an absolute target with an empty host', `GET http:///a HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an absolute target with an IPv6 host', `GET http://[::1]:80/a HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an absolute target without a host header', 'GET http://other.test/a HTTP/1.1\r\n\r\n'),
  bytes(
    'an authority target for another method than CONNECT',
    `GET other.test:80 HTTP/1.1\r\n${HOST}\r\n`,
  ),
  bytes('an asterisk target for OPTIONS', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an asterisk target for GET', `GET * HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a target without a leading slash', `GET a/b HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a target that is only a query', `GET ?a=b HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a fragment in the target', `GET /a#b HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a fragment before a query', `GET /a#b?c HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a target that begins with two slashes', `GET //other.test/a HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a byte above 127 in the target', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a control character in the target', `GET /\x01 HTTP/1.1\r\n${HOST}\r\n`),
  bytes('NUL in the target', `GET /\x00 HTTP/1.1\r\n${HOST}\r\n`),
  bytes('DEL in the target', `GET /\x7f HTTP/1.1\r\n${HOST}\r\n`),
  bytes('a quotation mark and braces in the target', `GET /"{}|\\^\` HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an incomplete escape in the target', `GET /%4 HTTP/1.1\r\n${HOST}\r\n`),
  bytes('an escaped NUL in the target', `GET /%00 HTTP/1.1\r\n${HOST}\r\n`),
];

/** The host header. */
const hosts: readonly Scenario[] = [
  bytes('no host header', 'GET / HTTP/1.1\r\n\r\n'),
  bytes('an empty host header', 'GET / HTTP/1.1\r\nhost: \r\n\r\n'),
  bytes('two equal host headers', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`),
  bytes('two different host headers', `GET / HTTP/1.1\r\n${HOST}host: other.test\r\n\r\n`),
  bytes('a host with a path', 'GET / HTTP/1.1\r\nhost: example.test/a\r\n\r\n'),
  bytes('a host with a space', 'GET / HTTP/1.1\r\nhost: exam ple.test\r\n\r\n'),
  bytes('a host with user information', 'GET / HTTP/1.1\r\nhost: me@example.test\r\n\r\n'),
  bytes('a host with a comma', 'GET / HTTP/1.1\r\nhost: a.test,b.test\r\n\r\n'),
  bytes('a host with an illegal port', 'GET / HTTP/1.1\r\nhost: example.test:http\r\n\r\n'),
  bytes('a host in brackets', 'GET / HTTP/1.1\r\nhost: [::1]:80\r\n\r\n'),
  bytes('a host with a byte above 127', 'GET / HTTP/1.1\r\nhost: ex\xe9mple.test\r\n\r\n'),
  bytes('a host in upper case', 'GET / HTTP/1.1\r\nHost: EXAMPLE.Test\r\n\r\n'),
];

/** Header lines. */
const headers: readonly Scenario[] = [
  bytes('a folded header line', `GET / HTTP/1.1\r\n${HOST}x-a: one\r\n two\r\n\r\n`),
  bytes('a header line folded with a tab', `GET / HTTP/1.1\r\n${HOST}x-a: one\r\n\ttwo\r\n\r\n`),
  bytes('a folded first header line', `GET / HTTP/1.1\r\n x-a: one\r\n${HOST}\r\n`),
  bytes('bare LF line ends', 'GET / HTTP/1.1\nhost: example.test\nx-a: 1\n\n'),
  bytes('a bare LF after one header line', `GET / HTTP/1.1\r\n${HOST}x-a: 1\nx-b: 2\r\n\r\n`),
  bytes('a bare LF after the request line', `GET / HTTP/1.1\n${HOST}\r\n`),
  bytes('a bare LF at the end of the head', `GET / HTTP/1.1\r\n${HOST}\n`),
  bytes('a bare CR in a header value', `GET / HTTP/1.1\r\n${HOST}x-a: 1\r2\r\n\r\n`),
  bytes('a bare CR as line end', `GET / HTTP/1.1\r\n${HOST}x-a: 1\rx-b: 2\r\n\r\n`),
  bytes('CR CR LF as line end', `GET / HTTP/1.1\r\n${HOST}x-a: 1\r\r\n\r\n`),
  bytes('NUL in a header value', `GET / HTTP/1.1\r\n${HOST}x-a: 1\x002\r\n\r\n`),
  bytes('NUL in a header name', `GET / HTTP/1.1\r\n${HOST}x-\x00a: 1\r\n\r\n`),
  bytes('a control character in a header value', `GET / HTTP/1.1\r\n${HOST}x-a: 1\x012\r\n\r\n`),
  bytes('DEL in a header value', `GET / HTTP/1.1\r\n${HOST}x-a: 1\x7f2\r\n\r\n`),
  bytes('a byte above 127 in a header value', `GET / HTTP/1.1\r\n${HOST}x-a: caf\xe9\r\n\r\n`),
  bytes('UTF-8 in a header value', `GET / HTTP/1.1\r\n${HOST}x-a: caf\xc3\xa9\r\n\r\n`),
  bytes('a tab within a header value', `GET / HTTP/1.1\r\n${HOST}x-a: 1\t2\r\n\r\n`),
  bytes('a space before the colon', `GET / HTTP/1.1\r\n${HOST}x-a : 1\r\n\r\n`),
  bytes('a tab before the colon', `GET / HTTP/1.1\r\n${HOST}x-a\t: 1\r\n\r\n`),
  bytes('a space within a header name', `GET / HTTP/1.1\r\n${HOST}x a: 1\r\n\r\n`),
  bytes('a header line without a colon', `GET / HTTP/1.1\r\n${HOST}x-a\r\n\r\n`),
  bytes('a header line that begins with a colon', `GET / HTTP/1.1\r\n${HOST}: 1\r\n\r\n`),
  bytes('a pseudo-header in a header line', `GET / HTTP/1.1\r\n${HOST}:path: /other\r\n\r\n`),
  bytes('a header name with parentheses', `GET / HTTP/1.1\r\n${HOST}x(a): 1\r\n\r\n`),
  bytes('a header name with a byte above 127', `GET / HTTP/1.1\r\n${HOST}x-\xe9: 1\r\n\r\n`),
  bytes(
    'a header name of every legal punctuation',
    `GET / HTTP/1.1\r\n${HOST}!#$%&'*+-.^_\`|~: 1\r\n\r\n`,
  ),
  bytes('an empty header value', `GET / HTTP/1.1\r\n${HOST}x-a:\r\n\r\n`),
  bytes('a header value of white space', `GET / HTTP/1.1\r\n${HOST}x-a: \t \r\n\r\n`),
  bytes('white space around a header value', `GET / HTTP/1.1\r\n${HOST}x-a: \t 1 \t\r\n\r\n`),
  bytes('no space after the colon', `GET / HTTP/1.1\r\n${HOST}x-a:1\r\n\r\n`),
  bytes('repeated headers', `GET / HTTP/1.1\r\n${HOST}x-a: 1\r\nx-b: 2\r\nx-a: 3\r\n\r\n`),
  bytes('repeated cookies', `GET / HTTP/1.1\r\n${HOST}cookie: a=1\r\ncookie: b=2\r\n\r\n`),
  bytes(
    'repeated singleton headers',
    `GET / HTTP/1.1\r\n${HOST}user-agent: a\r\nuser-agent: b\r\naccept: x\r\naccept: y\r\n\r\n`,
  ),
  bytes(
    'a head cut within a header name and value',
    'GET / HTTP/1.1\r\nho',
    'st: exam',
    `ple.test\r\nx-a`,
    ': 1\r\n\r\n',
  ),
];

/** Hop-by-hop headers. */
const hopByHop: readonly Scenario[] = [
  bytes(
    'connection and what it names',
    `GET / HTTP/1.1\r\n${HOST}connection: keep-alive, x-a\r\nx-a: 1\r\n\r\n`,
  ),
  bytes('connection: close', `GET / HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`),
  bytes(
    'connection: close among others',
    `GET / HTTP/1.1\r\n${HOST}connection: x-a, Close\r\nx-a: 1\r\n\r\n`,
  ),
  bytes(
    'keep-alive',
    `GET / HTTP/1.1\r\n${HOST}keep-alive: timeout=5\r\nconnection: keep-alive\r\n\r\n`,
  ),
  bytes('proxy-connection', `GET / HTTP/1.1\r\n${HOST}proxy-connection: close\r\n\r\n`),
  bytes('proxy-authorization', `GET / HTTP/1.1\r\n${HOST}proxy-authorization: Basic eA==\r\n\r\n`),
  bytes('te: trailers', `GET / HTTP/1.1\r\n${HOST}te: trailers\r\nconnection: te\r\n\r\n`),
  bytes('te: gzip', `GET / HTTP/1.1\r\n${HOST}te: gzip\r\nconnection: te\r\n\r\n`),
  bytes('trailer announcement', `GET / HTTP/1.1\r\n${HOST}trailer: x-sum\r\n\r\n`),
  bytes(
    'upgrade without an upgrade configuration',
    `GET / HTTP/1.1\r\n${HOST}connection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  ),
  bytes(
    'upgrade without connection: upgrade',
    `GET / HTTP/1.1\r\n${HOST}upgrade: websocket\r\n\r\n`,
  ),
  bytes(
    'upgrade to h2c',
    `GET / HTTP/1.1\r\n${HOST}connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n`,
  ),
  bytes('a request to remove the host', `GET / HTTP/1.1\r\n${HOST}connection: host\r\n\r\n`),
  bytes(
    'a request to remove a forwarding header',
    `GET / HTTP/1.1\r\n${HOST}x-forwarded-for: 1.2.3.4\r\nconnection: x-forwarded-for\r\n\r\n`,
  ),
];

function pairs(text: string): string[] {
  return text.match(/.{1,2}/gs) ?? [];
}

export const requestSyntax: Group = {
  name: 'request-syntax',
  scenarios: [...startLines, ...targets, ...hosts, ...headers, ...hopByHop],
};
