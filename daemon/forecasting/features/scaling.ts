import { z } from "zod";
import { PrefixSums, type SeriesView } from "./series-view.ts";

/**
 * How a series is brought to a common scale, row by row, from its values up to the origin:
 * scaled = (value − centre) / scale.
 * `level` subtracts the mean of the last `window` values, so that trees, which cannot extrapolate, follow a trend;
 * `season` subtracts the value one season before the target moment; `none` only divides.
 */
export const scalingSpec = z.object({
  centre: z.enum(["none", "level", "season"]),
  /** Divide by the mean size of the recent values, or by the mean size of their seasonal differences. */
  unit: z.enum(["size", "change"]),
  /** Values the level is the mean of. */
  window: z.int().min(1),
  /** Season of the `season` centre and of the differences. */
  season: z.int().min(1),
});

export type ScalingSpec = z.infer<typeof scalingSpec>;

/** Centre and scale of one row. */
export interface Scaler {
  centre(origin: number, target: number): number;
  scale(origin: number): number;
}

/** Scales of a series never fall below this share of its mean size: a flat stretch must not blow up what follows. */
const smallestShare = 0.01;

/** Prepares the scaling of one series; `fallback` is the scale of a series without history. */
export function scalerOf(view: SeriesView, spec: ScalingSpec, fallback: number): Scaler {
  const past = view.target.subarray(0, view.past);
  const values = new PrefixSums(past);
  const sizes = new PrefixSums(past.map(Math.abs));
  const changes = new PrefixSums(
    past.map((value, i) => (i < spec.season ? Number.NaN : Math.abs(value - past[i - spec.season]!))),
  );
  const sizeWindow = Math.max(spec.window, 2 * spec.season);
  const orElse = (value: number, other: number): number => (Number.isNaN(value) ? other : value);
  const scale = (origin: number): number => {
    const overall = sizes.mean(0, origin);
    if (Number.isNaN(overall)) return fallback;
    const recent = spec.unit === "size" ? sizes.mean(origin - sizeWindow + 1, origin) : changes.mean(0, origin);
    // A series that never changed, zeros say, has a scale too, a small one: its forecast must stay where it is.
    return Math.max(orElse(recent, overall), smallestShare * (overall || fallback));
  };
  const level = (origin: number): number =>
    orElse(orElse(values.mean(origin - spec.window + 1, origin), values.mean(0, origin)), 0);
  return {
    scale,
    centre: (origin, target) => {
      if (spec.centre === "none") return 0;
      if (spec.centre === "level") return level(origin);
      const at = alignedIndex(origin, target, spec.season);
      return at < 0 || Number.isNaN(past[at]!) ? level(origin) : past[at]!;
    },
  };
}

/** Latest moment up to the origin in the same phase of the season as the target moment (negative where before the start). */
export function alignedIndex(origin: number, target: number, season: number): number {
  return target - season * Math.ceil((target - origin) / season);
}
