/** One line with a value of the text exposition format. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const TYPE_LINE =
  /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped|unknown)$/;
/** Nothing but a line feed ends a line: label values may have CR and the like. */
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([+-]?(?:Inf|NaN|Nan|[0-9.e+-]+))$/s;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;

/** What may follow a family's name in its samples. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Reads the text format of Prometheus (version 0.0.4) without mercy: throws for a family that comes
 * twice or lies apart, a sample of another family, a repeated series, a label that is not escaped
 * and a histogram whose buckets do not add up.
 */
export function parseExposition(text: string): readonly Family[] {
  const families: { name: string; type: string; samples: Sample[] }[] = [];
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.split('\n').slice(0, -1)) {
    const start = TYPE_LINE.exec(line);
    if (start !== null) {
      const [, name = '', type = ''] = start;
      if (families.some((known) => known.name === name)) throw new Error(`${name} comes twice`);
      families.push({ name, type, samples: [] });
      continue;
    }
    const family = families.at(-1);
    const sample = parseSample(line);
    if (family === undefined) throw new Error(`no family begins before: ${line}`);
    const suffixes = SUFFIXES[family.type] ?? [''];
    if (!suffixes.some((suffix) => sample.name === family.name + suffix)) {
      throw new Error(`not of the family ${family.name}: ${line}`);
    }
    family.samples.push(sample);
  }
  for (const family of families) checkFamily(family);
  return families;
}

function parseSample(line: string): Sample {
  const match = SAMPLE.exec(line);
  if (match === null) throw new Error(`not a line of the format: ${line}`);
  const [, name = '', labelText = '', valueText = ''] = match;
  const value = valueText.endsWith('Inf') ? Number(`${valueText}inity`) : Number(valueText);
  // Prometheus takes either spelling.
  if (!/^Na[Nn]$/.test(valueText) && Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name, labels: parseLabels(labelText, line), value };
}

function parseLabels(text: string, line: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (let rest = text; rest !== ''; ) {
    const match = LABEL.exec(rest);
    if (match === null) throw new Error(`labels end in ${rest}: ${line}`);
    const [all, name = '', value = ''] = match;
    if (labels.has(name)) throw new Error(`the label ${name} comes twice: ${line}`);
    labels.set(
      name,
      value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    );
    rest = rest.slice(all.length);
  }
  return labels;
}

function checkFamily({ name, type, samples }: Family): void {
  if (samples.length === 0) throw new Error(`${name} is empty`);
  const series = samples.map((sample) => sample.name + keyOf(sample));
  if (new Set(series).size !== series.length) throw new Error(`a series of ${name} comes twice`);
  if (type === 'histogram') checkBuckets(name, samples);
}

function checkBuckets(name: string, samples: readonly Sample[]): void {
  const counts = samples.filter((sample) => sample.name === `${name}_count`);
  for (const count of counts) {
    const buckets = samples.filter(
      (sample) => sample.name === `${name}_bucket` && keyOf(sample, 'le') === keyOf(count),
    );
    const bounds = buckets.map(({ labels }) =>
      Number(labels.get('le')?.replace('Inf', 'Infinity')),
    );
    const values = buckets.map(({ value }) => value);
    if (!isRising(bounds) || !isRising(values)) throw new Error(`buckets of ${name} fall`);
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || values.at(-1) !== count.value) {
      throw new Error(`the last bucket of ${name} is not its count`);
    }
  }
  const sums = samples.filter((sample) => sample.name === `${name}_sum`);
  if (sums.length !== counts.length) throw new Error(`${name} has a series without sum or count`);
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((value, index) => index === 0 || value >= (numbers[index - 1] as number));
}

function keyOf({ labels }: Sample, without?: string): string {
  return JSON.stringify([...labels].filter(([label]) => label !== without).sort());
}
