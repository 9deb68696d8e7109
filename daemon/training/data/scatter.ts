import type { Aggregation } from "../../../protocol/aggregates.ts";

/** Puts one value a source row on its place in `out`; places below 0 and missing values take no part. */
type Scatter = (values: Float64Array, places: Int32Array, out: Float64Array) => void;

const scatterBy: Readonly<Record<Aggregation, Scatter>> = {
  sum: (values, places, out) => {
    addUp(values, places, out);
  },
  mean: (values, places, out) => {
    const counts = addUp(values, places, out);
    counts.forEach((count, place) => {
      if (count > 1) out[place] = out[place]! / count;
    });
  },
  last: (values, places, out) => {
    for (let row = 0; row < places.length; row++) {
      const place = places[row]!;
      if (place >= 0 && !Number.isNaN(values[row]!)) out[place] = values[row]!;
    }
  },
};

/** Adds the values of each place up and returns how many there were. */
function addUp(values: Float64Array, places: Int32Array, out: Float64Array): Uint32Array {
  const counts = new Uint32Array(out.length);
  for (let row = 0; row < places.length; row++) {
    const place = places[row]!;
    const value = values[row]!;
    if (place < 0 || Number.isNaN(value)) continue;
    out[place] = counts[place]! === 0 ? value : out[place]! + value;
    counts[place] = counts[place]! + 1;
  }
  return counts;
}

/**
 * Puts one value a source row on its place in the panel; places below 0 are skipped, steps without
 * a value stay NaN. Where rows share a place (`shared`), `aggregation` makes one value of theirs.
 */
export function scatter(
  values: Float64Array,
  places: Int32Array,
  out: Float64Array,
  aggregation: Aggregation,
  shared: boolean,
): void {
  scatterBy[shared ? aggregation : "last"](values, places, out);
}
