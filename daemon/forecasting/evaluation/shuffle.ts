import { uniformStream } from "../numerics/random.ts";
import { type Covariate, type Panel, rowsOf, seriesCount } from "../panel/panel.ts";

/** Columns of a panel whose worth can be told by shuffling them. */
export function shuffledColumns(panel: Panel): string[] {
  const statics = seriesCount(panel) > 1 ? panel.static : [];
  return [...panel.known, ...panel.observed, ...statics].map(({ name }) => name);
}

/**
 * The panel with one covariate made worthless and everything else kept. A known one has its window's values shuffled over all series
 * and steps; an observed one has each series' past turned round by a random number of steps, which keeps its own ups and downs; a
 * static one is shuffled over the series. The same seed gives the same panel.
 */
export function shuffled(panel: Panel, name: string, seed: number): Panel {
  const next = uniformStream(seed);
  const change = (covariates: readonly Covariate[], values: (old: Float64Array) => Float64Array): Covariate[] =>
    covariates.map((covariate) =>
      covariate.name === name ? { ...covariate, values: values(covariate.values) } : covariate,
    );
  return {
    ...panel,
    known: change(panel.known, (values) => shuffleAt(values, futureRows(panel), next)),
    observed: change(panel.observed, (values) => turned(panel, values, next)),
    static: change(panel.static, (values) => shuffleAt(values, Int32Array.from(values.keys()), next)),
  };
}

function futureRows(panel: Panel): Int32Array {
  const rows = panel.keys.flatMap((_, series) => {
    const { pastEnd, end } = rowsOf(panel, series);
    return Array.from({ length: end - pastEnd }, (_, step) => pastEnd + step);
  });
  return Int32Array.from(rows);
}

function shuffleAt(values: Float64Array, rows: Int32Array, next: () => number): Float64Array {
  const out = values.slice();
  for (let last = rows.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const [a, b] = [rows[last]!, rows[other]!];
    [out[a], out[b]] = [out[b]!, out[a]!];
  }
  return out;
}

function turned(panel: Panel, values: Float64Array, next: () => number): Float64Array {
  const out = values.slice();
  panel.keys.forEach((_, series) => {
    const { start, pastEnd } = rowsOf(panel, series);
    const length = pastEnd - start;
    // At least a tenth away from where it was, in either direction.
    const shift = Math.floor(length * (0.1 + 0.8 * next()));
    for (let step = 0; step < length; step++) out[start + step] = values[start + ((step + shift) % length)]!;
  });
  return out;
}
