import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";

/** Steps at the end of the past that tell how large a series is. */
const recentSteps = 28;

/**
 * At most `most` series of a panel, in order: those with the largest sum of the absolute target over the last steps.
 */
export function largestSeries(panel: Panel, most: number): number[] {
  const all = Array.from({ length: seriesCount(panel) }, (_, index) => index);
  if (all.length <= most) return all;
  const size = all.map((index) => recentSize(panel, index));
  return all
    .sort((a, b) => size[b]! - size[a]!)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** Sum of the absolute target over the last steps. */
function recentSize(panel: Panel, index: number): number {
  const end = panel.offsets[index]! + panel.history[index]!;
  let sum = 0;
  for (let row = Math.max(panel.offsets[index]!, end - recentSteps); row < end; row++) {
    sum += Math.abs(panel.target[row]!) || 0;
  }
  return sum;
}
