import { z } from "zod";
import type { Tilt, TiltedWeight } from "../../forecasting/ensemble/tilt.ts";

/** Tilts of a model's members as its manifest keeps them. */
export const tiltsSchema = z.object({
  /** First step after each part of the horizon. */
  ends: z.array(z.int().positive()),
  /** Factor of each part of the horizon, one list a member. */
  parts: z.array(z.array(z.number().positive())),
  /** Series with factors of their own: key values, then one factor a member in hundredths. */
  series: z.array(z.tuple([z.array(z.string()), z.array(z.int().positive())])),
});

export type SavedTilts = z.infer<typeof tiltsSchema>;

/** The tilts of members, by the keys of their series; undefined where weights do not differ. */
export function saveTilts(
  members: readonly TiltedWeight[],
  keys: readonly (readonly string[])[],
): SavedTilts | undefined {
  const tilts = members.flatMap(({ tilt }) => tilt ?? []);
  if (tilts.length < members.length || tilts.length === 0) return undefined;
  return {
    ends: tilts[0]!.parts.map(({ end }) => end),
    parts: tilts.map(({ parts }) => parts.map(({ factor }) => factor)),
    series: keys.flatMap((key, index): SavedTilts["series"] => {
      const own = tilts.map(({ series }) => Math.round(100 * (series[index] ?? 1)));
      return own.every((factor) => factor === own[0]) ? [] : [[[...key], own]];
    }),
  };
}

/** Tilts of a trained model, for panels whose series are others, or in another order, than those it was trained on. */
export class TiltsByKey {
  readonly #saved: SavedTilts | undefined;
  readonly #factors: ReadonlyMap<string, readonly number[]>;

  constructor(saved: SavedTilts | undefined) {
    this.#saved = saved;
    this.#factors = new Map(saved?.series.map(([key, own]) => [JSON.stringify(key), own]));
  }

  /** Tilts by the series of a panel, one a member; a series that training did not know has the plain weights. Empty where weights do not differ. */
  for(keys: readonly (readonly string[])[]): Tilt[] {
    const { ends, parts } = this.#saved ?? { ends: [], parts: [] };
    const known = this.#factors.size === 0 ? [] : keys.map((key) => this.#factors.get(JSON.stringify(key)));
    return parts.map((factors, member) => ({
      parts: ends.map((end, part) => ({ end, factor: factors[part]! })),
      series: Float64Array.from(known, (own) => (own?.[member] ?? 100) / 100),
    }));
  }
}
