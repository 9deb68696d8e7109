import { type ChartTheme, type Figure, frame, rowNames, shorten, withAlpha } from "./figure.ts";
import { short, signed } from "./labels.ts";

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
          ticktext: rowNames(factors.map(({ factor }) => factor)),
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
