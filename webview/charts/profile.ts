import { type ChartTheme, type Figure, frame, rowNames, shorten } from "./figure.ts";

/** A covariate's correlation with the target. */
export interface Correlation {
  readonly name: string;
  readonly correlation: number;
  readonly lag: number;
}

/** Covariates by how closely they go with the target, closest on top. */
export function correlationFigure(correlations: readonly Correlation[], theme: ChartTheme): Figure {
  const rows = correlations.toSorted((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation)).slice(0, 20);
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: rowNames(rows.map(({ name }) => name)),
        x: rows.map(({ correlation }) => correlation),
        text: rows.map(
          ({ correlation, lag }) => `${correlation.toFixed(2).replace("-", "−")}${lag > 0 ? `, lag ${lag}` : ""}`,
        ),
        textposition: "outside",
        textfont: { color: theme.text },
        cliponaxis: false,
        marker: { color: rows.map(({ correlation }) => (correlation >= 0 ? theme.positive : theme.negative)) },
        hovertemplate: "%{y}: %{x:.3f}<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: "Correlation with the target", range: [-1.25, 1.25], showgrid: true, zeroline: true },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}

/** Bars of a share, one a label. */
export function shareFigure(
  rows: readonly { readonly label: string; readonly value: number }[],
  axis: { readonly title: string; readonly percent: boolean },
  theme: ChartTheme,
): Figure {
  return {
    data: [
      {
        type: "bar",
        x: rows.map(({ label }) => shorten(label)),
        y: rows.map(({ value }) => value),
        marker: { color: theme.accent },
        hovertemplate: axis.percent ? "%{x}: %{y:.0%}<extra></extra>" : "%{x}: %{y}<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { type: "category" },
        { title: axis.title, rangemode: "tozero", ...(axis.percent ? { tickformat: ".0%", range: [0, 1] } : {}) },
      ),
      hovermode: "closest",
      bargap: 0.5,
    },
  };
}
