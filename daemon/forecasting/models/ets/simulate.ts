import { quantileOfSorted } from "../../numerics/quantile.ts";
import { normalStream } from "../../numerics/random.ts";
import type { EtsFit } from "./fit.ts";
import type { EtsState } from "./forecast.ts";

const paths = 2000;

/**
 * Quantiles of simulated future paths, levels × steps, always from the same random numbers so that equal states give equal
 * quantiles. A path whose state leaves the positive numbers is held at the smallest one.
 */
export function simulatedQuantiles(
  fit: EtsFit,
  state: EtsState,
  steps: number,
  levels: readonly number[],
): Float64Array {
  const values = new Float64Array(steps * paths);
  const course = new Float64Array(steps);
  const next = normalStream(1);
  for (let path = 0; path < paths; path++) {
    simulate(fit, state, course, next);
    for (let step = 0; step < steps; step++) values[step * paths + path] = course[step]!;
  }
  const quantiles = new Float64Array(levels.length * steps);
  for (let step = 0; step < steps; step++) {
    const sorted = values.subarray(step * paths, (step + 1) * paths).sort();
    levels.forEach((level, i) => {
      quantiles[i * steps + step] = quantileOfSorted(sorted, level);
    });
  }
  return quantiles;
}

/** Writes one path of a form with multiplicative trend and relative errors to `course`, a value a step. */
function simulate(
  { form, alpha, beta, gamma, phi, period, variance }: EtsFit,
  state: EtsState,
  course: Float64Array,
  next: () => number,
): void {
  const seasons = state.seasons.slice();
  const deviation = Math.sqrt(variance);
  let { level, slope } = state;
  for (let step = 0; step < course.length; step++) {
    const growth = slope ** phi;
    const base = level * growth;
    const s = form.season === "M" ? seasons[step % period]! : 1;
    const error = Math.max(-0.999, deviation * next());
    course[step] = base * s * (1 + error);
    slope = Math.max(1e-6, growth * (1 + beta * error));
    level = Math.max(1e-300, base * (1 + alpha * error));
    if (form.season === "M") seasons[step % period] = s * (1 + gamma * error);
  }
}
