import { readFileSync } from 'node:fs';
import type { ParseContext } from '#config/parse-context.ts';
import type { DataSource } from '#gen/envoy/config/core/v3/base_pb.d.ts';

/**
 * The bytes of a data source as a string with one character per byte; a file is read now, and only
 * now. Reports and returns nothing when the source cannot be read or names nothing.
 */
export function readDataSource(context: ParseContext, source: DataSource): string | undefined {
  const { specifier } = source;
  switch (specifier.case) {
    case 'inlineString':
      return Buffer.from(specifier.value, 'utf8').toString('latin1');
    case 'inlineBytes':
      return Buffer.from(specifier.value).toString('latin1');
    case 'filename':
      return readFile(context.at('filename'), specifier.value);
    case 'environmentVariable':
      return readEnvironment(context.at('environment_variable'), specifier.value);
    case undefined:
      context.error('a data source is required');
      return undefined;
  }
}

function readFile(context: ParseContext, path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    context.error(`unable to read file: ${(error as Error).message}`, { value: path });
    return undefined;
  }
}

function readEnvironment(context: ParseContext, name: string): string | undefined {
  const value = process.env[name];
  if (value === undefined) {
    context.error('the environment variable does not exist', { value: name });
    return undefined;
  }
  return Buffer.from(value, 'utf8').toString('latin1');
}
