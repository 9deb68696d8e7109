import type { ReportFrequency } from "../../protocol/report.ts";
import { timeFormat } from "../shared/format.ts";
import { type ChartTheme, type Figure, frame, shorten, withAlpha } from "./figure.ts";

/** Contributions of every factor to one forecast. */
export interface Breakdown {
  readonly factors: readonly string[];
  readonly baseline: number;
  readonly contributions: readonly number[];
}

/** One forecast built up from its baseline, largest contribution first; small ones are gathered in a last step. */
export function waterfallFigure(breakdown: Breakdown, target: string, theme: ChartTheme, limit = 10): Figure {
  const steps = waterfallSteps(breakdown, limit);
  const colours = { total: theme.muted, up: theme.positive, down: theme.negative };
  const ends = steps.flatMap(({ from, to }) => [from, to]);
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  const pad = (high - low || Math.abs(high) || 1) * 0.14;
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: steps.map(({ name }) => shorten(name, 28)),
        // A bar that starts outside of the range is cut at its edge: totals need no axis that begins at zero.
        base: steps.map(({ kind, from }) => (kind === "total" ? low - 2 * pad : from)),
        x: steps.map(({ kind, from, to }) => (kind === "total" ? to - low + 2 * pad : to - from)),
        marker: { color: steps.map(({ kind }) => colours[kind]) },
        customdata: steps.map(({ text }) => text),
        hovertemplate: "%{y}: %{customdata}<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: target, showgrid: true, range: [low - pad, high + pad] },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      annotations: steps.map(({ name, text, from, to }) => ({
        text,
        x: Math.max(from, to),
        y: shorten(name, 28),
        xanchor: "left",
        showarrow: false,
        font: { color: theme.text, size: 12 },
      })),
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}

interface WaterfallStep {
  readonly name: string;
  readonly kind: "total" | "up" | "down";
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Bars from the baseline to the forecast; each starts where the one before ended. */
export function waterfallSteps(breakdown: Breakdown, limit: number): WaterfallStep[] {
  const total = (name: string, value: number): WaterfallStep => ({
    name,
    kind: "total",
    from: value,
    to: value,
    text: short(value),
  });
  const steps = [total("Baseline", breakdown.baseline)];
  let level = breakdown.baseline;
  for (const { factor, value } of largestFirst(breakdown, limit)) {
    steps.push({ name: factor, kind: value >= 0 ? "up" : "down", from: level, to: level + value, text: signed(value) });
    level += value;
  }
  return [...steps, total("Forecast", level)];
}

function largestFirst(breakdown: Breakdown, limit: number): { factor: string; value: number }[] {
  const all = breakdown.factors
    .map((factor, index) => ({ factor, value: breakdown.contributions[index] ?? 0 }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  if (all.length <= limit + 1) return all;
  const rest = all.slice(limit);
  return [
    ...all.slice(0, limit),
    { factor: `${rest.length} other factors`, value: rest.reduce((sum, { value }) => sum + value, 0) },
  ];
}

/** Mean size of every factor's contribution, largest on top. */
export function factorBars(
  global: readonly { readonly factor: string; readonly meanAbs: number; readonly direction: number | null }[],
  target: string,
  theme: ChartTheme,
): Figure {
  const rows = global.toSorted((a, b) => b.meanAbs - a.meanAbs).slice(0, 20);
  const colour = (direction: number | null) =>
    direction === null || Math.abs(direction) < noDirection
      ? theme.muted
      : direction > 0
        ? theme.positive
        : theme.negative;
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: rows.map(({ factor }) => shorten(factor, 28)),
        x: rows.map(({ meanAbs }) => meanAbs),
        text: rows.map(({ meanAbs, direction }) => `${short(meanAbs)} ${arrow(direction)}`),
        textposition: "outside",
        textfont: { color: theme.text },
        cliponaxis: false,
        marker: { color: rows.map(({ direction }) => colour(direction)) },
        hovertemplate: "%{y}: moves a forecast by %{x:,.3~g} on average<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: `Mean contribution (${target})`, showgrid: true },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      margin: { l: 8, r: 72, t: 12, b: 8 },
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}

/** Correlations below this tell no direction. */
const noDirection = 0.1;

/** Sign of an effect for readers who do not see the colour. */
export function arrow(direction: number | null): string {
  if (direction === null || Math.abs(direction) < noDirection) return "↕";
  return direction > 0 ? "↑" : "↓";
}

/** Drop of the metric when a factor is shuffled, with its spread over repetitions, largest on top. */
export function permutationFigure(
  rows: readonly { readonly factor: string; readonly drop: number; readonly deviation?: number | undefined }[],
  metric: string,
  theme: ChartTheme,
): Figure {
  const ranked = rows.toSorted((a, b) => b.drop - a.drop).slice(0, 20);
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: ranked.map(({ factor }) => shorten(factor, 28)),
        x: ranked.map(({ drop }) => drop),
        error_x: {
          type: "data",
          array: ranked.map(({ deviation }) => deviation ?? 0),
          color: theme.text,
          thickness: 1,
          width: 3,
        },
        marker: { color: theme.accent },
        hovertemplate: "%{y}: %{x:.4~g}<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: `${metric} lost without it`, showgrid: true, zeroline: true },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}

/** One explained forecast's factor: what it was and what it did. */
export interface FactorPoint {
  readonly value: number;
  readonly contribution: number;
}

/** Every explained forecast as a point, a row a factor; colour tells the factor's value from low to high. */
export function beeswarmFigure(
  factors: readonly { readonly factor: string; readonly points: readonly FactorPoint[] }[],
  target: string,
  theme: ChartTheme,
): Figure {
  const x: number[] = [];
  const y: number[] = [];
  const colour: (number | null)[] = [];
  const text: string[] = [];
  factors.forEach(({ factor, points }, row) => {
    const heights = swarm(points.map(({ contribution }) => contribution));
    const rank = ranks(points.map(({ value }) => value));
    points.forEach((point, index) => {
      x.push(point.contribution);
      y.push(row + heights[index]! * 0.4);
      colour.push(rank[index]!);
      text.push(
        `${shorten(factor)}${Number.isNaN(point.value) ? "" : ` = ${short(point.value)}`}: ${signed(point.contribution)}`,
      );
    });
  });
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        x,
        y,
        text,
        hovertemplate: "%{text}<extra></extra>",
        marker: {
          size: x.length > 3000 ? 4 : 6,
          opacity: 0.75,
          color: colour.map((value) => value ?? 0.5),
          cmin: 0,
          cmax: 1,
          colorscale: [
            [0, theme.negative],
            [0.5, withAlpha(theme.muted, 1)],
            [1, theme.positive],
          ],
          showscale: false,
        },
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: `Contribution (${target})`, zeroline: true, showgrid: true },
        {
          tickvals: factors.map((_, row) => row),
          ticktext: factors.map(({ factor }) => shorten(factor, 28)),
          range: [factors.length - 0.5, -0.5],
          showgrid: false,
          nticks: 0,
        },
      ),
      hovermode: "closest",
    },
  };
}

/** Heights in [−1, 1] that spread points of one bin apart: dense places grow wide. */
export function swarm(values: readonly number[], bins = 60): number[] {
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / bins || 1;
  const counts = new Map<number, number>();
  const slots = values.map((value) => {
    const bin = Math.floor((value - low) / width);
    const slot = counts.get(bin) ?? 0;
    counts.set(bin, slot + 1);
    return slot;
  });
  const most = Math.max(1, ...counts.values());
  return slots.map((slot) => (slot % 2 === 0 ? 1 : -1) * (Math.ceil(slot / 2) / Math.max(1, most / 2)));
}

/** Ranks from 0 to 1, null where the value is missing. */
export function ranks(values: readonly number[]): (number | null)[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const first = new Map<number, number>();
  sorted.forEach((value, index) => {
    if (!first.has(value)) first.set(value, index);
  });
  return values.map((value) => (Number.isNaN(value) ? null : first.get(value)! / Math.max(1, sorted.length - 1)));
}

/** What a factor did at each of its values. */
export function dependenceFigure(
  factor: string,
  points: readonly FactorPoint[],
  target: string,
  theme: ChartTheme,
): Figure {
  const known = points.filter(({ value }) => !Number.isNaN(value));
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        x: known.map(({ value }) => value),
        y: known.map(({ contribution }) => contribution),
        marker: { color: theme.accent, size: 6, opacity: 0.55 },
        hovertemplate: "%{x:,.4~g}: %{y:+,.4~g}<extra></extra>",
      },
    ],
    layout: {
      ...frame(theme, { title: factor, showgrid: true }, { title: `Contribution (${target})`, zeroline: true }),
      hovermode: "closest",
    },
  };
}

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
        y: factors.map((factor) => shorten(factor, 28)),
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
  const bar = (name: string, y: readonly number[], color: string) => ({
    type: "bar",
    name: shorten(name, 24),
    x: times,
    y,
    marker: { color },
    hovertemplate: "%{y:+,.3~g}",
  });
  const total = times.map((_, step) => contributions.reduce((sum, row) => sum + row[step]!, 0));
  return {
    data: [
      ...shown.map((row) => bar(factors[row]!, contributions[row]!, theme.palette[row]!)),
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

function short(value: number): string {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value);
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : "−"}${new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(Math.abs(value))}`;
}
