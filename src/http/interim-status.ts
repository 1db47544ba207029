/** Which 1xx responses are passed on: 100, 102, 103 and 104, as in Envoy; others are read past. */
export function isKnownInterim(status: number): boolean {
  return status === 100 || (status >= 102 && status <= 104);
}
