import { readFileSync } from 'node:fs';
import t from 'tap';
import { findMessageType } from '#config/registry.ts';
import { supportTable } from '#config/support/support-table.ts';
import { supportDocument } from '../../../scripts/support-document.ts';

t.test('every message, field and value of the table exists in the API', (t) => {
  const unknown: string[] = [];
  for (const [name, support] of Object.entries(supportTable)) {
    const type = findMessageType(name);
    if (type === undefined) unknown.push(name);
    const fields = new Map(type?.fields.map((field) => [field.name, field]));
    for (const [field, stated] of Object.entries(support)) {
      if (!fields.has(field)) unknown.push(`${name}.${field}`);
      if (typeof stated !== 'object' || !('values' in stated)) continue;
      const values = fields.get(field)?.enum?.values.map((value) => value.name) ?? [];
      const wrong = stated.values.filter((value) => !values.includes(value));
      unknown.push(...wrong.map((value) => `${name}.${field}: ${value}`));
    }
  }
  t.same(unknown, []);
  t.end();
});

t.test('every message that a supported field holds is in the table', (t) => {
  const missing: string[] = [];
  for (const [name, support] of Object.entries(supportTable)) {
    for (const field of findMessageType(name)?.fields ?? []) {
      const held = field.message?.typeName;
      if (support[field.name] !== 'supported' || held === undefined) continue;
      if (held.startsWith('google.protobuf.') || held in supportTable) continue;
      missing.push(`${name}.${field.name} holds ${held}`);
    }
  }
  t.same(missing, []);
  t.end();
});

t.test('docs/support.md says what the table says', (t) => {
  const written = readFileSync(new URL('../../../docs/support.md', import.meta.url), 'utf8');
  t.equal(written, supportDocument(), 'run "npm run docs:support" after changing the table');
  t.end();
});
