/** Declarations to insert into a message, by its name (`Outer.Inner` for a nested one). */
export type Additions = Readonly<Record<string, readonly string[]>>;

/** What Envoy's API gained after the shipped protos were taken, by file. */
export const overlay: Readonly<Record<string, Additions>> = {
  'validate/validate.proto': {
    StringRules: ['optional bool ignore_empty = 26;'],
    BytesRules: ['optional bool ignore_empty = 14;'],
    RepeatedRules: ['optional bool ignore_empty = 5;'],
    MapRules: ['optional bool ignore_empty = 6;'],
  },
};

/** Inserts the additions at the top of their messages; a message that is missing is an error. */
export function applyOverlay(file: string, text: string, additions: Additions): string {
  let result = text;
  for (const [message, lines] of Object.entries(additions)) {
    let at = 0;
    for (const name of message.split('.')) {
      const found = new RegExp(`^ *message ${name} \\{`, 'm').exec(result.slice(at));
      if (found === null) throw new Error(`${file} has no message ${message}`);
      at += found.index + found[0].length;
    }
    result = `${result.slice(0, at)}\n${lines.map((line) => `  ${line}`).join('\n')}${result.slice(at)}`;
  }
  return result;
}
