import type { ReportFrequency } from "../../protocol/report.ts";
import { timeFormat } from "../shared/format.ts";
import { type ChartTheme, type Figure, frame, rowNames } from "./figure.ts";

/** Contributions of one series over the forecast window, a row a factor. */
export function factorHeatmap(
  factors: readonly string[],
  /** Milliseconds. */
  times: readonly number[],
  /** A row a factor. */
  contributions: readonly (readonly number[])[],
  frequency: ReportFrequency,
  theme: ChartTheme,
): Figure {
  const largest = Math.max(1e-12, ...contributions.flat().map(Math.abs));
  return {
    data: [
      {
        type: "heatmap",
        x: times,
        y: rowNames(factors),
        z: contributions,
        zmin: -largest,
        zmax: largest,
        xgap: 1,
        ygap: 1,
        colorscale: [
          [0, theme.negative],
          [0.5, theme.surface],
          [1, theme.positive],
        ],
        showscale: false,
        hovertemplate: `%{y}<br>%{x|${timeFormat(frequency)}}: %{z:+,.3~g}<extra></extra>`,
      },
    ],
    layout: {
      ...frame(theme, { type: "date" }, { autorange: "reversed", type: "category", nticks: 0 }),
      hovermode: "closest",
    },
  };
}

/** Contributions stacked at each step, positive above the baseline and negative below it. */
export function factorStack(
  factors: readonly string[],
  times: readonly (number | string)[],
  contributions: readonly (readonly number[])[],
  labels: { readonly target: string; readonly frequency: ReportFrequency },
  theme: ChartTheme,
): Figure {
  const room = factors.length <= theme.palette.length ? theme.palette.length : theme.palette.length - 1;
  const shown = factors.map((_, row) => row).slice(0, room);
  const rest = factors.map((_, row) => row).slice(shown.length);
  const names = rowNames(factors, 24);
  const bar = (name: string, y: readonly number[], color: string) => ({
    type: "bar",
    name,
    x: times,
    y,
    marker: { color },
    hovertemplate: "%{y:+,.3~g}",
  });
  const total = times.map((_, step) => contributions.reduce((sum, row) => sum + row[step]!, 0));
  return {
    data: [
      ...shown.map((row) => bar(names[row]!, contributions[row]!, theme.palette[row]!)),
      ...(rest.length === 0
        ? []
        : [
            bar(
              `${rest.length} others`,
              times.map((_, step) => rest.reduce((sum, row) => sum + contributions[row]![step]!, 0)),
              theme.muted,
            ),
          ]),
      {
        type: "scatter",
        mode: "lines+markers",
        name: "Sum",
        x: times,
        y: total,
        line: { color: theme.text, width: 2 },
        marker: { size: 4, color: theme.text },
        hovertemplate: "%{y:+,.3~g}",
      },
    ],
    layout: {
      ...frame(
        theme,
        { type: "date", hoverformat: timeFormat(labels.frequency) },
        { title: `Against the baseline (${labels.target})`, zeroline: true },
      ),
      barmode: "relative",
      bargap: 0.15,
    },
  };
}
