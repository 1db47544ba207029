/** Says what is wrong with one value of a field, or nothing. */
export type ValueCheck = (value: unknown) => string | undefined;

/** One check that runs several and reports the first that fails. */
export function firstOf(checks: readonly ValueCheck[]): ValueCheck {
  const [only] = checks;
  if (only !== undefined && checks.length === 1) return only;
  return (value) => {
    for (const check of checks) {
      const reason = check(value);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/**
 * The value of a rule that was written in the proto file, which distinguishes `lt: 0` from no `lt`:
 * fields with a presence of their own are own properties only when they are set.
 */
export function ruleOf<Rules extends object, Key extends keyof Rules>(
  rules: Rules,
  key: Key,
): Rules[Key] | undefined {
  return Object.hasOwn(rules, key) ? rules[key] : undefined;
}

/** Checks of the rules that every type of value has: `const`, `in` and `not_in`. */
export function membershipChecks<Value>(
  rules: {
    readonly const?: Value;
    readonly in: readonly Value[];
    readonly notIn: readonly Value[];
  },
  show: (value: Value) => string,
): ValueCheck[] {
  const checks: ValueCheck[] = [];
  const constant = ruleOf(rules, 'const');
  if (constant !== undefined) {
    checks.push((value) => (value === constant ? undefined : `value must equal ${show(constant)}`));
  }
  if (rules.in.length > 0) {
    const list = `value must be in list [${rules.in.map(show).join(', ')}]`;
    checks.push((value) => (rules.in.includes(value as Value) ? undefined : list));
  }
  if (rules.notIn.length > 0) {
    const list = `value must not be in list [${rules.notIn.map(show).join(', ')}]`;
    checks.push((value) => (rules.notIn.includes(value as Value) ? list : undefined));
  }
  return checks;
}
