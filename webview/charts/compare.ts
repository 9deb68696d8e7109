import { horizonRange } from "./errors.ts";
import { type ChartTheme, type Figure, frame, shorten } from "./figure.ts";

/** A run's winner by step ahead. */
export interface RunCurve {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Error at each step of the horizon, a line a run. */
export function runHorizonFigure(curves: readonly RunCurve[], metric: string, theme: ChartTheme): Figure {
  const dashes = ["solid", "dash", "dot", "dashdot"];
  return {
    data: curves.map(({ name, values }, index) => ({
      type: "scatter",
      mode: values.length < 40 ? "lines+markers" : "lines",
      name: shorten(name),
      x: values.map((_, step) => step + 1),
      y: values,
      line: { color: theme.palette[index % theme.palette.length]!, width: 2, dash: dashes[index % dashes.length] },
      marker: { size: 5 },
      hovertemplate: "%{y:.3f}",
    })),
    layout: frame(theme, { title: "Steps ahead", range: horizonRange(curves) }, { title: metric }),
  };
}
