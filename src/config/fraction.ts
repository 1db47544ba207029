import { enumName } from '#config/registry.ts';
import type { FractionalPercent } from '#gen/envoy/type/v3/percent_pb.d.ts';

const denominators = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const;

/** How many of how many: `numerator` of every `denominator`. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: 100 | 10_000 | 1_000_000;
}

/** Reads `envoy.type.v3.FractionalPercent`; an unknown denominator counts as a hundred. */
export function readFraction(message: FractionalPercent): Fraction {
  const name = enumName('envoy.type.v3.FractionalPercent.DenominatorType', message.denominator);
  return { numerator: message.numerator, denominator: denominators[name ?? 'HUNDRED'] };
}
