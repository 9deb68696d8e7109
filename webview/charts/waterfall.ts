import { type ChartTheme, type Figure, frame, rowNames } from "./figure.ts";
import { short, signed } from "./labels.ts";

/** Contributions of every factor to one forecast. */
export interface Breakdown {
  readonly factors: readonly string[];
  readonly baseline: number;
  readonly contributions: readonly number[];
}

/** One forecast built up from its baseline, largest contribution first; small ones are gathered in a last step. */
export function waterfallFigure(breakdown: Breakdown, target: string, theme: ChartTheme, limit = 10): Figure {
  const steps = waterfallSteps(breakdown, limit);
  const names = rowNames(steps.map(({ name }) => name));
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
        y: names,
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
      annotations: steps.map(({ text, from, to }, row) => ({
        text,
        x: Math.max(from, to),
        y: names[row],
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
