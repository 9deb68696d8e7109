import type { Candidate, ScorePoint } from "../live/state.ts";
import { type ChartTheme, type Figure, frame, shorten } from "./figure.ts";

/** Scores as they came in, and the best so far as a staircase. */
export function searchFigure(
  scores: readonly ScorePoint[],
  titles: ReadonlyMap<string, string>,
  metric: string,
  theme: ChartTheme,
): Figure {
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: "Best so far",
        x: scores.map(({ seconds }) => seconds),
        y: scores.map(({ best }) => best),
        line: { color: theme.accent, width: 2.2, shape: "hv" },
        hovertemplate: "%{y:.4~g}",
      },
      {
        type: "scatter",
        mode: "markers",
        name: "Candidate",
        x: scores.map(({ seconds }) => seconds),
        y: scores.map(({ score }) => score),
        text: scores.map(({ candidate }) => shorten(titles.get(candidate) ?? candidate)),
        marker: { color: theme.second, size: 8 },
        hovertemplate: "%{text}: %{y:.4~g}",
      },
    ],
    layout: frame(theme, { title: "Seconds", rangemode: "tozero" }, { title: metric }),
  };
}

/** Training losses over the share of training that is done, a line a candidate and task. */
export function lossFigure(candidates: readonly Candidate[], theme: ChartTheme): Figure {
  const lines = candidates.flatMap((candidate, index) =>
    Object.values(candidate.losses).map((points, position) => ({
      type: "scatter",
      mode: "lines",
      name: shorten(candidate.title),
      legendgroup: candidate.id,
      showlegend: position === 0,
      x: points.map(({ fraction }) => fraction),
      y: points.map(({ loss }) => loss),
      line: { color: theme.palette[index % theme.palette.length]!, width: 1.6 },
      hovertemplate: "%{y:.4~g}",
    })),
  );
  return {
    data: lines,
    layout: frame(theme, { title: "Training done", tickformat: ".0%", range: [0, 1] }, { title: "Loss" }),
  };
}
