import { RowProblem } from "./grid.ts";

const yearMs = 365.25 * 86_400_000;

/** A gap between times from which the smaller side is looked at, in years. */
const farYears = 20;

/** How often the gap must hold the span of all other times. */
const farSpans = 5;

/** Times that may lie far from all others at most: beyond, they are history of their own. */
const mostFar = 3;
const looked = 200_000;

/** Throws `far-time` for a row with a target whose time is a placeholder such as 9999-12-31: so far from all others that no history fills the gap. */
export function refuseFarTimes(time: Float64Array, target: Float64Array): void {
  const moments = presentMoments(time, target);
  let [at, gap] = [0, 0];
  for (let i = 1; i < moments.length; i++) {
    const distance = moments[i]! - moments[i - 1]!;
    if (distance > gap) [at, gap] = [i, distance];
  }
  if (gap < farYears * yearMs) return;
  const [before, after] = [moments.subarray(0, at), moments.subarray(at)];
  const [few, many] = before.length < after.length ? [before, after] : [after, before];
  if (few.length > mostFar || many.length < 2 || many.at(-1)! - many[0]! > gap / farSpans) return;
  const far = new Set(few);
  const row = time.findIndex((moment, index) => far.has(moment) && !Number.isNaN(target[index]!));
  throw new RowProblem("far-time", [row], `${Math.round(gap / yearMs)} years`);
}

/** Different times of rows with a target, ascending: of many rows some, the first and the last among them. */
function presentMoments(time: Float64Array, target: Float64Array): Float64Array {
  const stride = Math.max(1, Math.floor(time.length / looked));
  const found = new Set<number>();
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < time.length; row++) {
    if (Number.isNaN(target[row]!)) continue;
    const moment = time[row]!;
    if (moment < first) first = moment;
    if (moment > last) last = moment;
    if (row % stride === 0) found.add(moment);
  }
  if (first <= last) found.add(first).add(last);
  return Float64Array.from(found).sort();
}
