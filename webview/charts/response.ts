import { type ChartTheme, type Figure, frame } from "./figure.ts";

/** How a total answers to the values of one covariate, with the goal and the value that comes nearest to it. */
export function responseFigure(
  curve: readonly { readonly value: number; readonly total: number }[],
  value: number,
  goal: number,
  titles: { readonly x: string; readonly y: string },
  theme: ChartTheme,
): Figure {
  const dotted = { type: "line", layer: "below", line: { color: theme.muted, width: 1, dash: "dot" } };
  return {
    data: [
      {
        type: "scatter",
        mode: "lines+markers",
        x: curve.map((point) => point.value),
        y: curve.map((point) => point.total),
        line: { color: theme.accent, width: 2 },
        marker: { color: theme.accent, size: 5 },
        hovertemplate: "%{x:,.4~g}: %{y:,.4~g}<extra></extra>",
      },
    ],
    layout: {
      ...frame(theme, { title: titles.x, showgrid: true }, { title: titles.y }),
      showlegend: false,
      hovermode: "closest",
      shapes: [
        { ...dotted, xref: "paper", x0: 0, x1: 1, y0: goal, y1: goal },
        { ...dotted, yref: "paper", x0: value, x1: value, y0: 0, y1: 1 },
      ],
    },
  };
}
