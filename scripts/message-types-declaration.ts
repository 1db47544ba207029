import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Writes two interfaces for typed lookups: from a full message name to the type of the message, and
 * from a full enum name to the union of its value names.
 */
export function messageTypesDeclaration(folder: string): string {
  const messages: string[] = [];
  const enums: string[] = [];
  for (const file of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('_pb.d.ts')) continue;
    const module = `./${file
      .split(path.sep)
      .join('/')
      .replace(/\.d\.ts$/, '.js')}`;
    const declarations = fs.readFileSync(path.join(folder, file), 'utf8');
    for (const [, type, name] of declarations.matchAll(
      /^export declare type (\S+) = Message<"([^"]+)">/gm,
    )) {
      messages.push(`  '${name}': import('${module}').${type};`);
    }
    for (const [, name, body] of declarations.matchAll(
      /@generated from enum (\S+)\n(?: \*[^\n]*\n)+export enum \S+ \{([\s\S]*?)\n\}\n/g,
    )) {
      const values = body?.matchAll(/@generated from enum value: (\S+) =/g) ?? [];
      enums.push(`  '${name}': ${[...values].map(([, value]) => `'${value}'`).join(' | ')};`);
    }
  }
  return [
    '/** Every message type of the descriptor set by its full name. */',
    'export interface MessageTypes {',
    ...messages,
    '}',
    '',
    '/** The names of every enum of the descriptor set by its full name. */',
    'export interface EnumNames {',
    ...enums,
    '}',
    '',
  ].join('\n');
}
