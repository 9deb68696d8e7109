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
}

/** Forecast with its intervals and, over it, what it would be under each scenario. */
export function scenarioFigure(
  view: SeriesView,
  lines: readonly ScenarioLine[],
  theme: ChartTheme,
  labels: ChartLabels,
): Figure {
  const start = view.historyTimes[Math.max(0, view.historyTimes.length - 2 * view.mean.length)] ?? view.futureTimes[0]!;
  const end = view.futureTimes.at(-1)!;
  const range: [number, number] = [start, end + (end - start) * 0.02];
  const band = { times: view.futureTimes, mean: view.mean, quantiles: view.quantiles, levels: view.levels };
  const colours = theme.palette.filter((colour) => colour !== theme.accent);
  const changed = lines.map(({ mean }) => ({ times: view.futureTimes, values: mean }));
  const dashes = ["solid", "dash", "dashdot", "dot"];
  return {
    data: [
      historyTrace(view, theme, range),
      ...bandTraces(band, theme.accent, false),
      meanTrace(band, theme.accent, "Forecast"),
      ...lines.map(({ name, mean }, index) => ({
        type: "scatter",
        mode: "lines",
        name: shorten(name),
        x: view.futureTimes,
        y: numbers(mean),
        line: { color: colours[index % colours.length]!, width: 2, dash: dashes[index % dashes.length] },
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
