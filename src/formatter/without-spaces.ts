/** A detail as one word, white space as `_`; absent when empty. */
export function withoutSpaces(detail: string): string | undefined {
  if (detail === '') return undefined;
  return detail.includes(' ') ? detail.replace(/\s/g, '_') : detail;
}
