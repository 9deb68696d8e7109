import type { CovariateProfile } from "../../../protocol/profile.ts";
import type { Covariate, Panel } from "../../forecasting/panel/panel.ts";
import type { Stretch } from "./profile.ts";

/** Longest lead of an observed covariate over the target that is tried, in steps. */
const maximumLag = 30;
/** Agreement at lag 0 from which a covariate is suspected to be made from the target. */
const leakLimit = 0.999;

/** Describes every covariate over the given stretches of history. */
export function profileCovariates(panel: Panel, stretches: readonly Stretch[]): CovariateProfile[] {
  const profiles = [
    ...panel.known.map((column) => profileOf(panel, stretches, column, "known")),
    ...panel.observed.map((column) => profileOf(panel, stretches, column, "observed")),
    ...panel.static.map((column) => profileStatic(panel, stretches, column)),
  ];
  return markDuplicates(panel, stretches, profiles);
}

function profileOf(
  panel: Panel,
  stretches: readonly Stretch[],
  column: Covariate,
  role: "known" | "observed",
): CovariateProfile {
  const isText = column.categories !== undefined;
  const pairs = stretches.map(({ from, to }) => ({
    target: panel.target.subarray(from, to),
    values: column.values.subarray(from, to),
  }));
  const atZero = isText ? correlationRatio(pairs) : pooledCorrelation(pairs, 0);
  let best = { lag: 0, correlation: atZero };
  for (let lag = 1; role === "observed" && !isText && lag <= maximumLag; lag++) {
    const correlation = pooledCorrelation(pairs, lag);
    // A later lag must be clearly better: neighbours of a slow covariate are all alike.
    if (Math.abs(correlation ?? 0) > Math.abs(best.correlation ?? 0) + 0.01) best = { lag, correlation };
  }
  return {
    name: column.name,
    role,
    kind: isText ? "text" : "number",
    ...completeness(pairs.map((pair) => pair.values)),
    ...best,
    leak: !isText && Math.abs(atZero ?? 0) >= leakLimit,
  };
}

function completeness(parts: readonly Float64Array[]): { missing: number; constant: boolean } {
  let [missing, count] = [0, 0];
  let first = Number.NaN;
  let constant = true;
  for (const values of parts) {
    count += values.length;
    for (const value of values) {
      if (Number.isNaN(value)) missing++;
      else if (Number.isNaN(first)) first = value;
      else if (value !== first) constant = false;
    }
  }
  return { missing: missing / Math.max(1, count), constant };
}

interface Pair {
  readonly target: Float64Array;
  readonly values: Float64Array;
}

/** Mean over series of Pearson's correlation of target(t) with values(t − lag), weighted by pairs; null where undefined. */
function pooledCorrelation(pairs: readonly Pair[], lag: number): number | null {
  let [sum, weight] = [0, 0];
  for (const { target, values } of pairs) {
    const { correlation, count } = correlate(target, values, lag);
    if (Number.isNaN(correlation)) continue;
    sum += correlation * count;
    weight += count;
  }
  return weight === 0 ? null : clamp(sum / weight);
}

/** Pearson's correlation over the pairs present, NaN with fewer than three or where one side is constant. */
export function correlate(
  target: Float64Array,
  values: Float64Array,
  lag: number,
): { correlation: number; count: number } {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let t = lag; t < target.length; t++) {
    const [x, y] = [values[t - lag]!, target[t]!];
    if (Number.isNaN(x + y)) continue;
    count++;
    sumX += x;
    sumY += y;
  }
  const [meanX, meanY] = [sumX / Math.max(1, count), sumY / Math.max(1, count)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let t = lag; t < target.length; t++) {
    const [x, y] = [values[t - lag]!, target[t]!];
    if (Number.isNaN(x + y)) continue;
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  const defined = count >= 3 && xx > 0 && yy > 0;
  return { correlation: defined ? xy / Math.sqrt(xx * yy) : Number.NaN, count };
}

/** Correlation ratio: square root of the share of the target's variance (around series means) between categories. */
function correlationRatio(pairs: readonly Pair[]): number | null {
  const groups = new Map<number, { count: number; sum: number }>();
  let total = 0;
  for (const { target, values } of pairs) {
    const present = target.filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value, 0) / Math.max(1, present.length);
    target.forEach((value, t) => {
      const code = values[t]!;
      if (Number.isNaN(value + code)) return;
      const group = groups.get(code) ?? { count: 0, sum: 0 };
      groups.set(code, { count: group.count + 1, sum: group.sum + value - mean });
      total += (value - mean) ** 2;
    });
  }
  if (total === 0 || groups.size < 2) return null;
  let between = 0;
  for (const { count, sum } of groups.values()) between += (sum * sum) / count;
  return Math.sqrt(Math.min(1, between / total));
}

/** A static covariate is set against the mean target of each series. */
function profileStatic(panel: Panel, stretches: readonly Stretch[], column: Covariate): CovariateProfile {
  const isText = column.categories !== undefined;
  const values = Float64Array.from(stretches, ({ series }) => column.values[series]!);
  const means = Float64Array.from(stretches, ({ from, to }) => {
    const present = panel.target.subarray(from, to).filter((value) => !Number.isNaN(value));
    return present.length === 0 ? Number.NaN : present.reduce((sum, value) => sum + value, 0) / present.length;
  });
  const pair = [{ target: means, values }];
  return {
    name: column.name,
    role: "static",
    kind: isText ? "text" : "number",
    ...completeness([values]),
    correlation: isText ? correlationRatio(pair) : pooledCorrelation(pair, 0),
    lag: 0,
    leak: false,
  };
}

/** Names for each covariate the first earlier one, or the target, that has the same values. */
function markDuplicates(
  panel: Panel,
  stretches: readonly Stretch[],
  profiles: readonly CovariateProfile[],
): CovariateProfile[] {
  const columns: { name: string; values: Float64Array }[] = [{ name: "target", values: panel.target }];
  return profiles.map((profile) => {
    const column = [...panel.known, ...panel.observed].find((candidate) => candidate.name === profile.name);
    if (profile.role === "static" || column === undefined) return profile;
    const same = columns.find((other) => identical(other.values, column.values, stretches));
    columns.push(column);
    return same === undefined || profile.constant ? profile : { ...profile, duplicateOf: same.name };
  });
}

function identical(a: Float64Array, b: Float64Array, stretches: readonly Stretch[]): boolean {
  for (const { from, to } of stretches) {
    for (let row = from; row < to; row++) if (!Object.is(a[row], b[row]) && a[row] !== b[row]) return false;
  }
  return true;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
