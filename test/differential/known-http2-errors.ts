import type { KnownDifference } from './known-differences.ts';

/** Scenarios in which Proa takes errors and limits of HTTP/2 otherwise than Envoy, and means to. */
export const knownHttp2Errors: readonly KnownDifference[] = [
  {
    group: 'h2-malformed',
    scenarios: [
      'padding longer than the frame',
      'RST_STREAM of 3 bytes',
      'another frame before CONTINUATION',
      'CONTINUATION of another stream',
      'an unknown frame before CONTINUATION',
      'DATA of more than 16384 bytes',
      'an index that is not in the table',
      'the index 0',
      'a header block that is cut off',
      'a Huffman code with too much padding',
      'a table size above the limit',
      'a table size in the middle of a block',
    ],
    reason:
      'what was wrong with a frame is logged, where Envoy only says that a callback of its codec failed',
    proa: { kind: 'http2', manners: { words: true } },
  },
  {
    group: 'h2-malformed',
    scenarios: ['a space before a value'],
    reason: 'RFC 9113 section 8.2.1: a field value must not begin or end with a space or tab',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            goaways: ['PROTOCOL_ERROR after 1'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['a space behind a value'],
    reason: 'RFC 9113 section 8.2.1: a field value must not begin or end with a space or tab',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            goaways: ['PROTOCOL_ERROR after 1'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['trailers with content-length'],
    reason:
      'RFC 9110 section 6.5.1: what may not be a trailer is left out of them, and the message goes on',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['DATA on a stream that the client has ended'],
    reason:
      'RFC 9113 section 5.1: DATA for a half-closed stream is an error of that stream, not of the connection',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                reset: 'STREAM_CLOSED',
              },
            ],
            end: 'open',
            timedOut: 'receiveEnd',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['DATA on a stream that is over'],
    reason:
      'RFC 9113 section 5.1: DATA for a closed stream is an error of type STREAM_CLOSED, which is said',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
                reset: 'STREAM_CLOSED',
              },
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['DATA on a stream that the client has reset'],
    reason:
      'RFC 9113 section 5.1: DATA for a closed stream is an error of type STREAM_CLOSED, which is said',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                reset: 'STREAM_CLOSED',
              },
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['HEADERS on a stream that is over'],
    reason:
      'RFC 9113 section 5.1.1: a stream identifier that is not higher than the last one is a connection error',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            goaways: ['STREAM_CLOSED after 1'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['HEADERS on a lower stream'],
    reason:
      'RFC 9113 section 5.1.1: a stream identifier that is not higher than the last one is a connection error',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 5,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            goaways: ['PROTOCOL_ERROR after 5'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['a credit of 0 for a stream'],
    reason:
      'RFC 9113 section 6.9: a wrong WINDOW_UPDATE of a stream is an error of that stream alone',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                reset: 'PROTOCOL_ERROR',
              },
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['too much credit for a stream'],
    reason:
      'RFC 9113 section 6.9.1: a wrong WINDOW_UPDATE of a stream is an error of that stream alone',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                reset: 'FLOW_CONTROL_ERROR',
              },
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['an acknowledgement that nobody waits for'],
    reason: 'RFC 9113 section 6.5.3 asks for no error, and there is no harm in it',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['an initial window that makes a window overflow'],
    reason: 'RFC 9113 section 6.9.2: SETTINGS that make a window overflow are a connection error',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            goaways: ['FLOW_CONTROL_ERROR after 1'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['PRIORITY on stream 0'],
    reason:
      'RFC 9113 section 6.3: PRIORITY on stream 0 is a connection error of type PROTOCOL_ERROR',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            goaways: ['PROTOCOL_ERROR after 0'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['PRIORITY on the stream itself'],
    reason:
      'RFC 7540 section 5.3.1: a stream cannot depend on itself, and one that is idle cannot be reset',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            goaways: ['PROTOCOL_ERROR after 0'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-malformed',
    scenarios: ['HEADERS that depend on themselves'],
    reason:
      'RFC 7540 section 5.3.1: a stream that depends on itself is an error of that stream alone',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                reset: 'PROTOCOL_ERROR',
              },
              {
                stream: 101,
                head: [
                  ':status: 200',
                  'content-length: 2',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'ok',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['a stream beyond max_concurrent_streams'],
    reason: 'RFC 9113 section 5.1.2: a stream too many is refused, and the others go on',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [
                  ':status: 200',
                  'content-length: 4',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'late',
              },
              {
                stream: 3,
                reset: 'REFUSED_STREAM',
              },
              {
                stream: 5,
                head: [
                  ':status: 200',
                  'content-length: 4',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'late',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['many streams beyond max_concurrent_streams'],
    reason: 'RFC 9113 section 5.1.2: a stream too many is refused, and the others go on',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [
                  ':status: 200',
                  'content-length: 4',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'late',
              },
              {
                stream: 3,
                reset: 'REFUSED_STREAM',
              },
              {
                stream: 5,
                reset: 'REFUSED_STREAM',
              },
              {
                stream: 7,
                reset: 'REFUSED_STREAM',
              },
              {
                stream: 9,
                reset: 'REFUSED_STREAM',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['a flood of CONTINUATION'],
    reason: 'a header block that grows too large is given up before its fields are looked at',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            goaways: ['ENHANCE_YOUR_CALM after 1'],
            end: 'closed',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['a flood of PING'],
    reason: 'control frames are counted that the client leaves unread; one that reads is answered',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            end: 'open',
            timedOut: 'receiveClose',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['a flood of SETTINGS'],
    reason: 'control frames are counted that the client leaves unread; one that reads is answered',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [],
            end: 'open',
            timedOut: 'receiveClose',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['resets that the client provokes count as control frames'],
    reason: 'control frames are counted that the client leaves unread; one that reads is answered',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                reset: 'PROTOCOL_ERROR',
              },
              {
                stream: 3,
                reset: 'PROTOCOL_ERROR',
              },
              {
                stream: 5,
                reset: 'PROTOCOL_ERROR',
              },
              {
                stream: 7,
                reset: 'PROTOCOL_ERROR',
              },
            ],
            end: 'open',
            timedOut: 'receiveClose',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['responses above max_outbound_frames'],
    reason: 'frames are counted that the client leaves unread; one that reads gets its responses',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [':status: 404', 'date: {date}', 'server: envoy'],
              },
              {
                stream: 3,
                head: [':status: 404', 'date: {date}', 'server: envoy'],
              },
              {
                stream: 5,
                head: [':status: 404', 'date: {date}', 'server: envoy'],
              },
              {
                stream: 7,
                head: [':status: 404', 'date: {date}', 'server: envoy'],
              },
              {
                stream: 9,
                head: [':status: 404', 'date: {date}', 'server: envoy'],
              },
              {
                stream: 11,
                head: [':status: 404', 'date: {date}', 'server: envoy'],
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
  {
    group: 'h2-limits',
    scenarios: ['a response that is taken slowly'],
    reason: 'the time that a response may wait begins again whenever some of it is taken',
    proa: {
      kind: 'instead',
      parts: {
        client: [
          {
            streams: [
              {
                stream: 1,
                head: [
                  ':status: 200',
                  'content-length: 17',
                  'x-envoy-upstream-service-time: {ms}',
                  'date: {date}',
                  'server: envoy',
                ],
                body: 'hello, slow world',
              },
            ],
            end: 'open',
          },
        ],
      },
      consequences: ['upstream', 'log', 'stats'],
    },
  },
];
