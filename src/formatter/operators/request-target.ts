import { err, ok } from '#base/result.ts';
import type { FormatterContext } from '#formatter/formatter-context.ts';
import type { OperatorTable } from '#formatter/operator-definition.ts';
import { textSource } from '#formatter/value-source.ts';

type Read = (context: FormatterContext) => string | undefined;

const path: Read = ({ requestHeaders }) => requestHeaders?.path || undefined;
const originalPath: Read = ({ requestHeaders }) => requestHeaders?.get('x-envoy-original-path');
const host: Read = ({ requestHeaders }) => requestHeaders?.authority || undefined;
const originalHost: Read = ({ requestHeaders }) => requestHeaders?.get('x-envoy-original-host');
const serverName: Read = ({ streamInfo }) => streamInfo.downstream.requestedServerName || undefined;

const PATH_SOURCES: Readonly<Record<string, Read>> = {
  '': (context) => originalPath(context) ?? path(context),
  ORIG_OR_PATH: (context) => originalPath(context) ?? path(context),
  ORIG: originalPath,
  PATH: path,
};

const HOST_SOURCES: Readonly<Record<string, Read>> = {
  '': (context) => originalHost(context) ?? host(context),
  ORIG_OR_HOST: (context) => originalHost(context) ?? host(context),
  ORIG: originalHost,
  HOST: host,
};

/** What the request asks for: its path, its query and its server's name. */
export const requestTargetOperators: OperatorTable = {
  /** `PATH(X:Y)`: X with query (WQ) or without (NQ), Y which path. */
  PATH: {
    parameter: 'optional',
    takesLength: true,
    create: (parameter) => {
      const [form = '', source = '', ...rest] = parameter.split(':');
      const read = PATH_SOURCES[source];
      if (rest.length > 0 || read === undefined) {
        return err(`the path must be ORIG, PATH or ORIG_OR_PATH, not '${source}'`);
      }
      if (form === 'NQ') return ok(textSource((context) => withoutQuery(read(context))));
      if (form !== '' && form !== 'WQ') return err(`the form must be WQ or NQ, not '${form}'`);
      return ok(textSource(read));
    },
  },
  QUERY_PARAM: {
    parameter: 'required',
    takesLength: true,
    create: (name) => ok(textSource((context) => queryParameter(path(context), name))),
  },
  QUERY_PARAMS: {
    parameter: 'optional',
    takesLength: true,
    create: (form) => {
      if (form === '' || form === 'ORIG') return ok(textSource((context) => query(path(context))));
      if (form === 'DECODED') {
        return ok(textSource((context) => readably(query(path(context)))));
      }
      return err(`the form must be ORIG or DECODED, not '${form}'`);
    },
  },
  /** `REQUESTED_SERVER_NAME(X:Y)`: X whether the host may stand in, Y which host. */
  REQUESTED_SERVER_NAME: {
    parameter: 'optional',
    takesLength: false,
    create: (parameter) => {
      const [preference = '', source = '', ...rest] = parameter.split(':');
      const read = HOST_SOURCES[source];
      if (rest.length > 0 || read === undefined) {
        return err(`the host must be ORIG, HOST or ORIG_OR_HOST, not '${source}'`);
      }
      switch (preference) {
        case '':
        case 'SNI_ONLY':
          return ok(textSource(serverName));
        case 'SNI_FIRST':
          return ok(textSource((context) => serverName(context) ?? read(context)));
        case 'HOST_FIRST':
          return ok(textSource((context) => read(context) ?? serverName(context)));
        default:
          return err(`must be SNI_ONLY, SNI_FIRST or HOST_FIRST, not '${preference}'`);
      }
    },
  },
};

function withoutQuery(text: string | undefined): string | undefined {
  const mark = text === undefined ? -1 : text.indexOf('?');
  return mark < 0 ? text : text?.slice(0, mark);
}

function query(text: string | undefined): string | undefined {
  const mark = text === undefined ? -1 : text.indexOf('?');
  return mark < 0 ? undefined : text?.slice(mark + 1);
}

/** The first parameter of that name, decoded as Envoy does: `+` stays what it is. */
function queryParameter(text: string | undefined, name: string): string | undefined {
  const all = query(text);
  if (all === undefined) return undefined;
  for (const part of all.split('&')) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    if (key === name || percentDecoded(key) === name) {
      return equals < 0 ? '' : percentDecoded(part.slice(equals + 1));
    }
  }
  return undefined;
}

const ESCAPE = /%(?:([0-9a-fA-F]{2})|(?=..))/g;
/** Envoy leaves everything else escaped. */
const READABLE = /^[!#-;=?-[\]_`a-z~]$/;

/** A query with what can be read of it decoded; a `%` that escapes nothing is left out. */
function readably(text: string | undefined): string | undefined {
  return text?.replace(ESCAPE, (escape, hex: string | undefined) => {
    if (hex === undefined) return '';
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return READABLE.test(char) ? char : escape;
  });
}

function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
