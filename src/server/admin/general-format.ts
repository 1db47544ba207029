const PRECISION = 6;

/** A number as C's `%g` prints it: six significant digits, `1.8e+06` from a million on. */
export function formatGeneral(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const [digits, exponentText] = value.toExponential(PRECISION - 1).split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < PRECISION) return String(Number(value.toPrecision(PRECISION)));
  const mantissa = String(Number(digits));
  const sign = exponent < 0 ? '-' : '+';
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
