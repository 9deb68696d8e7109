import type { Attribution } from "./forecaster.ts";

/** The attribution with further factors, each without any contribution yet; names that it has already stay as they are. */
export function withFactors(attribution: Attribution, names: readonly string[]): Attribution {
  const factors = [...new Set([...attribution.factors, ...names])];
  const before = attribution.factors.length;
  const widen = (values: Float64Array): Float64Array => {
    const wide = new Float64Array(attribution.baseline.length * factors.length);
    values.forEach((value, at) => {
      wide[Math.floor(at / before) * factors.length + (at % before)] = value;
    });
    return wide;
  };
  const { contributions, standardError } = attribution;
  return {
    ...attribution,
    factors,
    contributions: widen(contributions),
    ...(standardError && { standardError: widen(standardError) }),
  };
}
