import type { FitContext } from "../../../daemon/forecasting/models/forecaster.ts";
import { uniformStream } from "../../../daemon/forecasting/numerics/random.ts";
import type { Frequency } from "../../../daemon/forecasting/panel/frequency.ts";
import { addSteps } from "../../../daemon/forecasting/panel/frequency.ts";
import type { Covariate, Panel } from "../../../daemon/forecasting/panel/panel.ts";

export interface PanelParts {
  readonly frequency?: Frequency;
  readonly futureSteps?: number;
  /** One value a row of every series, the future included. */
  readonly known?: readonly { readonly name: string; readonly values: readonly (readonly number[])[] }[];
}

/** A panel of the given pasts, monthly from 2001 unless told otherwise. */
export function panelOf(pasts: readonly ArrayLike<number>[], parts: PanelParts = {}): Panel {
  const { frequency = { unit: "month", multiple: 1 }, futureSteps = 8 } = parts;
  const offsets = new Int32Array(pasts.length + 1);
  pasts.forEach((past, i) => {
    offsets[i + 1] = offsets[i]! + past.length + futureSteps;
  });
  const rows = offsets[pasts.length]!;
  const target = new Float64Array(rows).fill(Number.NaN);
  const time = new Float64Array(rows);
  const start = Date.UTC(2001, 0, 1);
  pasts.forEach((past, i) => {
    target.set(Array.from(past), offsets[i]!);
    for (let row = offsets[i]!; row < offsets[i + 1]!; row++) time[row] = addSteps(start, frequency, row - offsets[i]!);
  });
  const known = (parts.known ?? []).map(
    ({ name, values }): Covariate => ({ name, values: Float64Array.from(values.flat()) }),
  );
  return {
    frequency,
    keyColumns: ["name"],
    keys: pasts.map((_, i) => [`series ${i + 1}`]),
    offsets,
    history: Int32Array.from(pasts, (past) => past.length),
    futureSteps,
    time,
    target,
    known,
    observed: [],
    static: [],
  };
}

export function contextOf(parts: Partial<FitContext> = {}): FitContext {
  return {
    horizon: 6,
    gap: 2,
    levels: [0.1, 0.5, 0.9],
    seasons: [12],
    seed: 7,
    device: "cpu",
    threads: 1,
    bounds: {},
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    onProgress: () => {},
    ...parts,
  };
}

/** A seasonal series with trend and seeded noise, positive. */
export function seasonalSeries(length: number, seed: number, period = 12): number[] {
  const uniform = uniformStream(seed);
  return Array.from(
    { length },
    (_, i) => 100 + 0.4 * i + 20 * Math.sin((2 * Math.PI * i) / period) + 8 * (uniform() - 0.5),
  );
}
