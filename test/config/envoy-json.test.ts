import { create, equals, type Message, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import t from 'tap';
import { parseJson } from '#config/document/json-document.ts';
import { toEnvoyJson } from '#config/envoy-json.ts';
import { readMessage } from '#config/reader/message-reader.ts';
import { ReadReport } from '#config/reader/read-report.ts';
import { findMessageType, messageType } from '#config/registry.ts';
import { supportTable } from '#config/support/support-table.ts';
import { bootstrapOf, ingress } from './load.ts';
import { sampleMessages } from './support/sample-messages.ts';

/** What a message's JSON is read back as. */
function readBack(message: Message): Message | undefined {
  const type = findMessageType(message.$typeName);
  const document = parseJson(JSON.stringify(toEnvoyJson(message)), 'f');
  if (type === undefined || document.root === undefined) return undefined;
  const report = new ReadReport(document, 'reject');
  const read = readMessage(type, document.root, '', report);
  return report.errors.length === 0 ? read : undefined;
}

t.test('what is printed reads back as the same message, for every supported message', (t) => {
  const different: string[] = [];
  for (const name of Object.keys(supportTable)) {
    const type = findMessageType(name);
    for (const sample of sampleMessages(name as 'envoy.config.cluster.v3.Cluster')) {
      const back = readBack(sample);
      if (type === undefined || back === undefined || !equals(type, sample, back as never)) {
        different.push(name);
        break;
      }
    }
  }
  t.same(different, []);
  t.end();
});

t.test('a whole bootstrap reads back as the same', (t) => {
  const bootstrap = bootstrapOf(ingress);
  const back = readBack(bootstrap);
  t.ok(
    back && equals(messageType('envoy.config.bootstrap.v3.Bootstrap'), bootstrap, back as never),
  );
  t.end();
});

t.test('names are those of the proto file, defaults are left out, types come first', (t) => {
  const json = toEnvoyJson(bootstrapOf(ingress));
  t.match(json, {
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } },
    static_resources: { clusters: [{ connect_timeout: '0.250s' }, { type: 'STRICT_DNS' }] },
  });
  const text = JSON.stringify(json);
  t.notMatch(text, /codec_type|merge_slashes/);
  t.match(
    text,
    /\{"@type":"type.googleapis.com\/envoy.extensions.filters.http.router.v3.Router"\}/,
  );
  t.match(text, /"typed_config":\{"@type":"type.googleapis.com\/[^"]*HttpConnectionManager","/);
  t.end();
});

t.test('an extension of an unknown type is printed with its type alone', (t) => {
  const type = messageType('envoy.config.core.v3.TypedExtensionConfig');
  const typedConfig = create(AnySchema, {
    typeUrl: 'type.googleapis.com/some.other.Extension',
    value: toBinary(type, create(type, { name: 'content' })),
  });
  t.same(toEnvoyJson(create(type, { name: 'x', typedConfig })), {
    name: 'x',
    typed_config: { '@type': 'type.googleapis.com/some.other.Extension' },
  });
  t.end();
});
