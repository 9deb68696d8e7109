/** Quantile of ascending `sorted` values by linear interpolation (type 7 of Hyndman & Fan 1996). */
export function sortedQuantile(sorted: Float64Array, level: number): number {
  const at = (sorted.length - 1) * level;
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}
