import type { JsonObject } from '@bufbuild/protobuf';
import t from 'tap';
import type { ConfigError } from '#config/config-error.ts';
import { ParseContext } from '#config/parse-context.ts';
import { parseHttp2 } from '#http/http2-options-from-proto.ts';
import type { Http2ProtocolConfig } from '#http/protocol-options.ts';
import { messageOf } from '../tools/message-of.ts';

const TYPE = 'envoy.config.core.v3.Http2ProtocolOptions';

function parse(
  json: JsonObject,
  managerStreamError?: boolean,
): { readonly config: Http2ProtocolConfig; readonly errors: readonly ConfigError[] } {
  const context = ParseContext.root('http2_protocol_options');
  const config = parseHttp2(context, messageOf(TYPE, json), managerStreamError);
  return { config, errors: context.errors };
}

t.test('without a word it is what Envoy does, but for the windows of streams', async (t) => {
  const context = ParseContext.root();
  t.match(parseHttp2(context, undefined), {
    hpackTableSize: 4096,
    maxConcurrentStreams: 1024,
    initialStreamWindowSize: 65_535,
    streamWindowMax: 16 * 1024 * 1024,
    initialConnectionWindowSize: 24 * 1024 * 1024,
    allowConnect: false,
    maxOutboundFrames: 10_000,
    maxOutboundControlFrames: 1000,
    maxConsecutiveInboundFramesWithEmptyPayload: 1,
    maxInboundPriorityFramesPerStream: 100,
    maxInboundWindowUpdateFramesPerDataFrameSent: 10,
    streamErrorOnInvalidHttpMessage: false,
    customSettings: [],
    connectionKeepalive: undefined,
  });
});

t.test('every field has its say', async (t) => {
  const { config, errors } = parse({
    hpackTableSize: 0,
    maxConcurrentStreams: 2,
    initialStreamWindowSize: 65_535,
    initialConnectionWindowSize: 65_536,
    allowConnect: true,
    maxOutboundFrames: 3,
    maxOutboundControlFrames: 4,
    maxConsecutiveInboundFramesWithEmptyPayload: 0,
    maxInboundPriorityFramesPerStream: 5,
    maxInboundWindowUpdateFramesPerDataFrameSent: 6,
    customSettingsParameters: [{ identifier: 0x10, value: 7 }],
    connectionKeepalive: { interval: '30s', timeout: '2.5s', connectionIdleInterval: '1s' },
  });
  t.same(errors, []);
  t.same(config, {
    hpackTableSize: 0,
    maxConcurrentStreams: 2,
    initialStreamWindowSize: 65_535,
    streamWindowMax: 65_535,
    initialConnectionWindowSize: 65_536,
    allowConnect: true,
    maxOutboundFrames: 3,
    maxOutboundControlFrames: 4,
    maxConsecutiveInboundFramesWithEmptyPayload: 0,
    maxInboundPriorityFramesPerStream: 5,
    maxInboundWindowUpdateFramesPerDataFrameSent: 6,
    streamErrorOnInvalidHttpMessage: false,
    customSettings: [{ identifier: 0x10, value: 7 }],
    connectionKeepalive: {
      intervalMs: 30_000,
      timeoutMs: 2500,
      intervalJitterPercent: 15,
      connectionIdleIntervalMs: 1000,
    },
  });
});

t.test('who decides what becomes of malformed messages', async (t) => {
  const rows: readonly (readonly [JsonObject, boolean | undefined, boolean])[] = [
    [{ streamErrorOnInvalidHttpMessaging: true }, undefined, true],
    [{ streamErrorOnInvalidHttpMessaging: true }, false, false],
    [{}, true, true],
    [{ overrideStreamErrorOnInvalidHttpMessage: false }, true, false],
    [{ overrideStreamErrorOnInvalidHttpMessage: true }, false, true],
  ];
  for (const [json, manager, expected] of rows) {
    const { config } = parse(json, manager);
    t.equal(config.streamErrorOnInvalidHttpMessage, expected, JSON.stringify([json, manager]));
  }
});

t.test('settings of its own must not contradict each other or what is named', async (t) => {
  const rows: readonly (readonly [JsonObject, RegExp | undefined])[] = [
    [{ customSettingsParameters: [{ identifier: 2, value: 0 }] }, undefined],
    [{ customSettingsParameters: [{ identifier: 2, value: 1 }] }, /server push is not supported/],
    [{ customSettingsParameters: [{ identifier: 8, value: 1 }] }, /"allow_connect" SETTINGS/],
    [
      {
        customSettingsParameters: [
          { identifier: 3, value: 1 },
          { identifier: 3, value: 1 },
        ],
      },
      undefined,
    ],
    [
      {
        customSettingsParameters: [
          { identifier: 10, value: 1 },
          { identifier: 10, value: 2 },
        ],
      },
      /inconsistent .* identifiers = \{0x0a\}/,
    ],
    [
      {
        hpackTableSize: 1,
        maxConcurrentStreams: 1,
        customSettingsParameters: [
          { identifier: 1, value: 1 },
          { identifier: 3, value: 1 },
          { identifier: 4, value: 65_535 },
        ],
      },
      /the \{hpack_table_size,max_concurrent_streams\} HTTP\/2 SETTINGS/,
    ],
    [
      {
        initialStreamWindowSize: 65_535,
        customSettingsParameters: [{ identifier: 4, value: 65_535 }],
      },
      /the \{initial_stream_window_size\} HTTP\/2 SETTINGS/,
    ],
  ];
  for (const [json, reason] of rows) {
    const { errors } = parse(json);
    const expected =
      reason === undefined
        ? []
        : [{ path: 'http2_protocol_options.custom_settings_parameters', reason }];
    t.match(errors, expected, JSON.stringify(json));
    t.equal(errors.length, expected.length);
  }
});
