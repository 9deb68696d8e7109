import { type ChartTheme, type Figure, frame, rowNames } from "./figure.ts";
import { signed } from "./labels.ts";

/** Which factor moved the forecast by how much, largest first. */
export function movedFigure(
  moved: readonly { readonly factor: string; readonly change: number }[],
  target: string,
  theme: ChartTheme,
): Figure {
  const rows = moved.toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, 12);
  return {
    data: [
      {
        type: "bar",
        orientation: "h",
        y: rowNames(rows.map(({ factor }) => factor)),
        x: rows.map(({ change }) => change),
        text: rows.map(({ change }) => signed(change)),
        textposition: "auto",
        cliponaxis: false,
        marker: { color: rows.map(({ change }) => (change >= 0 ? theme.positive : theme.negative)) },
        hovertemplate: "%{y}: %{x:+,.4~g}<extra></extra>",
      },
    ],
    layout: {
      ...frame(
        theme,
        { title: `Change of the total (${target})`, showgrid: true, zeroline: true },
        { autorange: "reversed", type: "category", nticks: 0 },
      ),
      hovermode: "closest",
      bargap: 0.35,
    },
  };
}
