import { readFileSync } from 'node:fs';
import { toBinary } from '@bufbuild/protobuf';
import t from 'tap';
import { descriptors, forgetDescriptors, preferSupportedDescriptors } from '#config/descriptors.ts';
import { loadBootstrap } from '#config/load-bootstrap.ts';
import { messageType } from '#config/registry.ts';
import { supportTable } from '#config/support/support-table.ts';

t.afterEach(() => forgetDescriptors());

/** Every message with its fields, and what each of them holds. */
function fieldsOf(typeName: string): readonly string[] | undefined {
  return descriptors()
    .getMessage(typeName)
    ?.fields.map((field) => {
      const held = (field.message ?? field.enum)?.typeName ?? field.scalar;
      return `${field.number} ${field.name} ${field.fieldKind} ${held} ${field.oneof?.name}`;
    });
}

t.test('supported messages are the same in the smaller set', async (t) => {
  const names = Object.keys(supportTable);
  const whole = names.map(fieldsOf);
  preferSupportedDescriptors();
  t.strictSame(names.map(fieldsOf), whole);
  t.ok(whole.every((fields) => fields !== undefined));
});

t.test('what only refused fields hold is known by its name alone', async (t) => {
  const refused = 'envoy.config.cluster.v3.OutlierDetection';
  preferSupportedDescriptors();
  t.strictSame(fieldsOf(refused), []);
  forgetDescriptors();
  t.not(fieldsOf(refused)?.length, 0);
});

t.test('a supported bootstrap is read the same with the smaller set', async (t) => {
  const text = readFileSync(new URL('ingress.yaml', import.meta.url), 'utf8');
  const bytes = (): Uint8Array => {
    const loaded = loadBootstrap([{ text, fileName: 'ingress.yaml', format: 'yaml' }], {
      unknownFields: 'reject',
      parse: () => undefined,
    });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
    return toBinary(messageType('envoy.config.bootstrap.v3.Bootstrap'), loaded.value.bootstrap);
  };
  const withAll = bytes();
  preferSupportedDescriptors();
  t.strictSame(bytes(), withAll);
});
