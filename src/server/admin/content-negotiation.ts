/** Whether a client wants gzip (RFC 9110, section 12.5.3); without the header it does not. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return qualityOf(acceptEncoding ?? '', (coding) => coding === 'gzip' || coding === '*') > 0;
}

/**
 * Whether OpenMetrics must be sent: only to a client that takes nothing else. Prometheus takes the
 * plain text as well, and agents that merge pages rely on that one being sent, as Envoy does.
 */
export function demandsOpenMetrics(accept: string): boolean {
  const openMetrics = qualityOf(accept, (type) => type === 'application/openmetrics-text');
  const text = qualityOf(accept, (type) => ['text/plain', 'text/*', '*/*'].includes(type));
  return openMetrics > 0 && text === 0;
}

/** The highest quality value among the members of a list that are looked for; 0 when there is none. */
function qualityOf(list: string, isWanted: (member: string) => boolean): number {
  let best = 0;
  for (const member of list.split(',')) {
    const [name, ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
    if (name === undefined || !isWanted(name)) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    if (quality > best) best = quality;
  }
  return best;
}
