/** Milliseconds of one unit of `grpc-timeout` (gRPC over HTTP/2, "Requests"). */
const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};
/** A timeout has at most eight digits. */
const VALUE_MAX = 99_999_999;

/** The milliseconds of a `grpc-timeout`, rounded up; nothing where it is absent or malformed. */
export function parseGrpcTimeout(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^([0-9]{1,8})([HMSmun])$/.exec(text.trim());
  if (match === null) return undefined;
  const [, digits, unit] = match as unknown as [string, string, string];
  // Multiplied by an integer where there is one: no rounding errors.
  const factor = UNIT_MS[unit] as number;
  return factor >= 1 ? Number(digits) * factor : Math.ceil(Number(digits) * factor);
}

/** The finest unit in which the number has eight digits. */
export function formatGrpcTimeout(timeoutMs: number): string {
  if (timeoutMs <= VALUE_MAX) return `${timeoutMs}m`;
  const seconds = Math.floor(timeoutMs / 1000);
  if (seconds <= VALUE_MAX) return `${seconds}S`;
  const minutes = Math.floor(seconds / 60);
  if (minutes <= VALUE_MAX) return `${minutes}M`;
  return `${Math.min(Math.floor(minutes / 60), VALUE_MAX)}H`;
}
