import type { LeaderboardRow } from "../../protocol/report.ts";
import { formatPercent } from "../shared/format.ts";
import { type ChartTheme, type Figure, frame, shorten, withAlpha } from "./figure.ts";
import { numbers } from "./forecast.ts";

/** Models drawn by name; the others stay in the background. */
const named = 5;

/** Error at each step of the horizon, a line a model; the winner stands out, the baseline is dashed. */
export function horizonFigure(
  models: readonly { readonly model: string; readonly values: readonly (number | null)[] }[],
  rows: readonly LeaderboardRow[],
  roles: {
    readonly winner: string;
    readonly baseline: string | undefined;
    readonly metric: string;
    readonly step: string;
  },
  theme: ChartTheme,
): Figure {
  const order = new Map(rows.map((row, rank) => [row.model, rank]));
  const ranked = models.toSorted((a, b) => (order.get(b.model) ?? 99) - (order.get(a.model) ?? 99));
  const colours = theme.palette.filter((colour) => colour !== theme.accent && colour !== theme.second);
  return {
    data: ranked.map(({ model, values }, position) => {
      const rank = ranked.length - 1 - position;
      const shown = rank < named || model === roles.baseline || model === roles.winner;
      return {
        type: "scatter",
        mode: values.length < 30 && model === roles.winner ? "lines+markers" : "lines",
        name: shorten(rows.find((row) => row.model === model)?.title ?? model),
        legendrank: rank,
        showlegend: shown,
        x: values.map((_, step) => step + 1),
        y: values,
        line: lineOf(model, roles, shown ? colours[rank % colours.length]! : withAlpha(theme.muted, 0.4), theme),
        marker: { size: 4 },
        hovertemplate: "%{y:.3f}",
      };
    }),
    layout: {
      ...frame(
        theme,
        {
          title: `Steps ahead (${roles.step})`,
          dtick: models[0] && models[0].values.length <= 14 ? 1 : undefined,
          range: horizonRange(models),
        },
        { title: roles.metric },
      ),
    },
  };
}

/** Visible steps of a chart by step ahead: all of them, with a little air. */
export function horizonRange(models: readonly { readonly values: readonly unknown[] }[]): [number, number] {
  const steps = Math.max(1, ...models.map(({ values }) => values.length));
  return [1 - 0.02 * steps, steps + 0.02 * steps];
}

function lineOf(
  model: string,
  roles: { readonly winner: string; readonly baseline: string | undefined },
  colour: string,
  theme: ChartTheme,
): Record<string, unknown> {
  if (model === roles.winner) return { color: theme.accent, width: 3 };
  if (model === roles.baseline) return { color: theme.second, width: 2, dash: "dash" };
  return { color: colour, width: 1.4 };
}

/** Error of each series under two models. */
export interface SeriesErrors {
  readonly names: readonly string[];
  readonly error: ArrayLike<number>;
  readonly baseline: ArrayLike<number>;
}

/** Series as points, the winner's error against the baseline's: below the diagonal the winner is better. */
export function seriesScatter(
  { names, error, baseline }: SeriesErrors,
  metric: string,
  theme: ChartTheme,
  selected: number,
  labels: { readonly error: string; readonly baseline: string } = { error: "winner", baseline: "baseline" },
): Figure {
  const known = names.map((_, index) => index).filter((index) => error[index]! > 0 && baseline[index]! > 0);
  const values = known.flatMap((index) => [error[index]!, baseline[index]!]);
  const range = paddedRange(values);
  const axis = { type: "log", range: range.map(Math.log10), nticks: 6, tickformat: "~g" };
  const diagonal = {
    type: "scatter",
    mode: "lines",
    x: range,
    y: range,
    line: { color: theme.muted, width: 1, dash: "dot" },
    hoverinfo: "skip",
    showlegend: false,
  };
  const points = {
    type: "scatter",
    mode: "markers",
    x: known.map((index) => baseline[index]),
    y: known.map((index) => error[index]),
    text: known.map((index) => shorten(names[index]!, 60)),
    customdata: known,
    marker: {
      color: known.map((index) => (error[index]! <= baseline[index]! ? theme.accent : theme.second)),
      symbol: known.map((index) => (error[index]! <= baseline[index]! ? "circle" : "diamond")),
      opacity: known.length > 400 ? 0.45 : 0.75,
      size: known.map((index) => (index === selected ? 14 : known.length > 400 ? 5 : 8)),
      line: { color: theme.text, width: known.map((index) => (index === selected ? 2 : 0)) },
    },
    hovertemplate: `%{text}<br>${shorten(labels.error)} %{y:.3f}<br>${shorten(labels.baseline)} %{x:.3f}<extra></extra>`,
    showlegend: false,
  };
  return {
    data: [diagonal, points],
    layout: {
      ...frame(
        theme,
        { ...axis, title: `${metric}, ${labels.baseline}`, showgrid: true },
        { ...axis, title: `${metric}, ${labels.error}` },
      ),
      hovermode: "closest",
      annotations: [
        corner(`${shorten(labels.error, 24)} better`, 1, 0, theme),
        corner(`${shorten(labels.baseline, 24)} better`, 0, 1, theme),
      ],
    },
  };
}

function corner(text: string, x: 0 | 1, y: 0 | 1, theme: ChartTheme): Record<string, unknown> {
  return {
    text,
    showarrow: false,
    xref: "paper",
    yref: "paper",
    x,
    y,
    xanchor: x === 1 ? "right" : "left",
    yanchor: y === 1 ? "top" : "bottom",
    font: { color: theme.muted, size: 12 },
  };
}

function paddedRange(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0.1, 10];
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low / 1.15, high * 1.15];
}

/** How many series have which error. */
export function errorHistogram(error: ArrayLike<number>, metric: string, theme: ChartTheme): Figure {
  const values = Array.from(error)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  // A few hopeless series would squeeze all others into one bar; the last bar takes everything beyond.
  const limit = values[Math.floor(values.length * 0.99)] ?? 1;
  return {
    data: [
      {
        type: "histogram",
        x: values.map((value) => Math.min(value, limit)),
        nbinsx: 40,
        marker: { color: theme.accent, line: { color: theme.surface, width: 1 } },
        hovertemplate: "%{y} series<extra>%{x}</extra>",
      },
    ],
    layout: {
      ...frame(theme, { title: `${metric} of the winner` }, { title: "Series" }),
      hovermode: "closest",
      bargap: 0.02,
    },
  };
}

/** Share of absolute error in each part of the calendar, such as Monday to Sunday. */
export function calendarFigure(
  parts: {
    readonly labels: readonly string[];
    readonly error: readonly number[];
    readonly baseline?: readonly number[] | undefined;
  },
  theme: ChartTheme,
): Figure {
  const bar = (values: readonly number[], name: string, color: string) => ({
    type: "bar",
    name,
    x: parts.labels,
    y: numbers(values),
    marker: { color },
    hovertemplate: "%{y:.1%}",
  });
  return {
    data: [
      bar(parts.error, "Winner", theme.accent),
      ...(parts.baseline === undefined ? [] : [bar(parts.baseline, "Baseline", withAlpha(theme.second, 0.75))]),
    ],
    layout: {
      ...frame(theme, { type: "category" }, { title: "WAPE", tickformat: ".0%", rangemode: "tozero" }),
      bargap: 0.3,
      bargroupgap: 0.05,
    },
  };
}

/** Nominal against observed coverage: on the diagonal an interval holds what it promises. */
export function coverageFigure(
  coverage: readonly { readonly nominal: number; readonly actual: number | null }[],
  theme: ChartTheme,
): Figure {
  const known = coverage.filter((row) => row.actual !== null).toSorted((a, b) => a.nominal - b.nominal);
  const low = Math.max(0, Math.min(...known.flatMap((row) => [row.nominal, row.actual ?? 1])) - 0.15);
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        x: [0, 1],
        y: [0, 1],
        line: { color: theme.muted, width: 1, dash: "dot" },
        hoverinfo: "skip",
        showlegend: false,
      },
      {
        type: "scatter",
        mode: "lines+markers+text",
        x: known.map((row) => row.nominal),
        y: known.map((row) => row.actual),
        text: known.map((row) => formatPercent(row.actual)),
        textposition: "bottom right",
        textfont: { color: theme.text },
        line: { color: theme.accent, width: 2 },
        marker: { color: theme.accent, size: 10 },
        hovertemplate: "%{x:.0%} promised<br>%{y:.1%} held<extra></extra>",
        showlegend: false,
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: "Promised", tickformat: ".0%", range: [low, 1.02], showgrid: true },
        { title: "Observed", tickformat: ".0%", range: [low, 1.02] },
      ),
      hovermode: "closest",
    },
  };
}
