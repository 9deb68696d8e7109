import type { Attribution } from "../models/forecaster.ts";

/** Attributions of successive series as one; factors may differ from part to part. */
export function concatenateAttributions(parts: readonly Attribution[]): Attribution {
  const factors = [...new Set(parts.flatMap((part) => part.factors))];
  const series = parts.flatMap((part) => part.series);
  const { horizon } = parts[0]!;
  const baseline = new Float64Array(series.length * horizon);
  const contributions = new Float64Array(baseline.length * factors.length);
  const standardError = new Float64Array(contributions.length);
  let cell = 0;
  for (const part of parts) {
    baseline.set(part.baseline, cell);
    const columns = part.factors.map((factor) => factors.indexOf(factor));
    for (let own = 0; own < part.baseline.length; own++, cell++) {
      columns.forEach((column, index) => {
        contributions[cell * factors.length + column] = part.contributions[own * columns.length + index]!;
        standardError[cell * factors.length + column] = part.standardError?.[own * columns.length + index] ?? 0;
      });
    }
  }
  const exact = parts.every((part) => part.exact);
  return { factors, series, horizon, baseline, contributions, exact, ...(exact ? {} : { standardError }) };
}
