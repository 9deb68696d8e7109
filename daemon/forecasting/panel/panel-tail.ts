import { type Covariate, type Panel, rowsOf, seriesCount } from "./panel.ts";

/** The last `most` past rows of every series, without the forecast window: what a model has to remember of its history. */
export function panelTail(panel: Panel, most: number): Panel {
  const rows = Array.from({ length: seriesCount(panel) }, (_, series) => {
    const { start, pastEnd } = rowsOf(panel, series);
    return { from: Math.max(start, pastEnd - most), to: pastEnd };
  });
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ from, to }, series) => {
    offsets[series + 1] = offsets[series]! + to - from;
  });
  const cut = (values: Float64Array): Float64Array => {
    const out = new Float64Array(offsets.at(-1)!);
    rows.forEach(({ from, to }, series) => {
      out.set(values.subarray(from, to), offsets[series]);
    });
    return out;
  };
  const column = (covariate: Covariate): Covariate => ({ ...covariate, values: cut(covariate.values) });
  return {
    ...panel,
    offsets,
    history: Int32Array.from(rows, ({ from, to }) => to - from),
    futureSteps: 0,
    time: cut(panel.time),
    target: cut(panel.target),
    known: panel.known.map(column),
    observed: panel.observed.map(column),
  };
}
