/** How values that fall on the same step become one: their sum, mean, or the last one present. */
export type Combination = "sum" | "mean" | "last";

/**
 * Puts one value a source row on its place in the panel; places below 0 are skipped, steps without
 * a value stay NaN. Missing values take no part in a combination.
 */
export function scatter(
  values: Float64Array,
  places: Int32Array,
  out: Float64Array,
  combination: Combination,
  shared: boolean,
): void {
  if (!shared || combination === "last") {
    for (let row = 0; row < places.length; row++) {
      const place = places[row]!;
      if (place >= 0 && !Number.isNaN(values[row]!)) out[place] = values[row]!;
    }
    return;
  }
  const counts = new Uint32Array(out.length);
  for (let row = 0; row < places.length; row++) {
    const place = places[row]!;
    const value = values[row]!;
    if (place < 0 || Number.isNaN(value)) continue;
    out[place] = counts[place]! === 0 ? value : out[place]! + value;
    counts[place] = counts[place]! + 1;
  }
  if (combination === "sum") return;
  for (let place = 0; place < out.length; place++) if (counts[place]! > 1) out[place] = out[place]! / counts[place]!;
}
