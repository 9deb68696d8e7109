import type { SeriesView } from "../shared/series.ts";
import { type ChartTheme, type Figure, frame, shorten } from "./figure.ts";
import {
  bandTraces,
  type ChartLabels,
  historyTrace,
  linesOf,
  meanTrace,
  numbers,
  originLine,
  timeAxis,
  visibleValues,
} from "./forecast.ts";

/** A changed forecast of one series. */
export interface ScenarioLine {
  readonly name: string;
  readonly mean: ArrayLike<number>;
  /** levels × horizon, where its intervals are to be seen. */
  readonly quantiles?: readonly ArrayLike<number>[] | undefined;
}

/** Colour of the scenario at `index`, the same in the chart and beside its name. */
export function scenarioColour(index: number, theme: Pick<ChartTheme, "palette" | "accent">): string {
  const colours = theme.palette.filter((colour) => colour !== theme.accent);
  return colours[index % colours.length]!;
}

/** Forecast with its intervals and, over it, what it would be under each scenario. */
export function scenarioFigure(
  view: SeriesView,
  lines: readonly ScenarioLine[],
  theme: ChartTheme,
  labels: ChartLabels,
): Figure {
  const start = view.historyTimes[Math.max(0, view.historyTimes.length - view.mean.length)] ?? view.futureTimes[0]!;
  const end = view.futureTimes.at(-1)!;
  const range: [number, number] = [start, end + (end - start) * 0.02];
  const band = { times: view.futureTimes, mean: view.mean, quantiles: view.quantiles, levels: view.levels };
  const changed = lines.flatMap(({ mean, quantiles = [] }) =>
    [mean, ...quantiles].map((values) => ({ times: view.futureTimes, values })),
  );
  const dashes = ["solid", "dash", "dashdot", "dot"];
  return {
    data: [
      historyTrace(view, theme, range),
      ...bandTraces(band, theme.accent, false),
      ...lines.flatMap(({ quantiles }, index) =>
        quantiles === undefined ? [] : bandTraces({ ...band, quantiles }, scenarioColour(index, theme), false),
      ),
      meanTrace(band, theme.accent, "Forecast"),
      ...lines.map(({ name, mean }, index) => ({
        type: "scatter",
        mode: "lines",
        name: shorten(name),
        x: view.futureTimes,
        y: numbers(mean),
        line: { color: scenarioColour(index, theme), width: 2, dash: dashes[index % dashes.length] },
        hovertemplate: "%{y:,.4~g}",
      })),
    ],
    layout: {
      ...frame(
        theme,
        { type: "date", range, ...timeAxis(labels.frequency, view) },
        { title: labels.target, range: visibleValues(range, [...linesOf(view, band), ...changed]) },
      ),
      shapes: [originLine(view.historyTimes.at(-1) ?? start, theme)],
    },
  };
}
