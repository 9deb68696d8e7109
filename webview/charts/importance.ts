import { type ChartTheme, type Figure, frame, rowNames } from "./figure.ts";
import { short } from "./labels.ts";

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
        y: rowNames(rows.map(({ factor }) => factor)),
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
        y: rowNames(ranked.map(({ factor }) => factor)),
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
        { title: `${metric} gained when it is shuffled`, showgrid: true, zeroline: true },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}

/** Mean size of what pairs of factors do together, strongest on top. */
export function interactionBars(
  pairs: readonly { readonly factors: readonly [string, string]; readonly meanAbs: number }[],
  target: string,
  theme: ChartTheme,
): Figure {
  const all = [...new Set(pairs.flatMap(({ factors }) => factors))];
  const labels = rowNames(all, 18);
  const names = new Map(all.map((factor, index) => [factor, labels[index]!]));
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: pairs.map(({ factors: [a, b] }) => `${names.get(a)} × ${names.get(b)}`),
        x: pairs.map(({ meanAbs }) => meanAbs),
        text: pairs.map(({ meanAbs }) => short(meanAbs)),
        textposition: "outside",
        textfont: { color: theme.text },
        cliponaxis: false,
        marker: { color: theme.accent },
        hovertemplate: "%{y}: %{x:,.3~g}<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: `Mean interaction (${target})`, showgrid: true },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      margin: { l: 8, r: 64, t: 12, b: 8 },
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}

/** Loss without each of the `limit` largest factors at each step ahead: the darker, the more it is worth. */
export function permutationHeatmap(
  rows: readonly { readonly factor: string; readonly byStep: readonly (number | null)[] }[],
  limit: number,
  theme: ChartTheme,
): Figure {
  const ranked = rows.toSorted((a, b) => sum(b.byStep) - sum(a.byStep)).slice(0, limit);
  const largest = Math.max(1e-12, ...ranked.flatMap(({ byStep }) => byStep.map((value) => Math.abs(value ?? 0))));
  return {
    data: [
      {
        type: "heatmap",
        x: ranked[0]!.byStep.map((_, step) => step + 1),
        y: rowNames(ranked.map(({ factor }) => factor)),
        z: ranked.map(({ byStep }) => byStep),
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
        hovertemplate: "%{y}, step %{x}: %{z:+.3~g}<extra></extra>",
      },
    ],
    layout: {
      ...frame(theme, { title: "Steps ahead" }, { autorange: "reversed", type: "category", nticks: 0 }),
      hovermode: "closest",
    },
  };
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
