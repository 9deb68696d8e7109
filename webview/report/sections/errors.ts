import { calendarFigure, coverageFigure, errorHistogram, horizonFigure, seriesScatter } from "../../charts/errors.ts";
import { type Chart, chart } from "../../shared/chart.ts";
import { h } from "../../shared/dom.ts";
import { rowOf } from "../../shared/facts.ts";
import { formatMetric, formatPercent, frequencyLabel, metricLabel, metricName, plural } from "../../shared/format.ts";
import {
  addToSums,
  type CalendarPart,
  type CalendarSums,
  calendarErrors,
  calendarParts,
  emptySums,
} from "../calendar.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** Most series that are drawn as single points. */
const pointLimit = 3000;

/** Where the winner errs: by step, series, calendar, and whether its intervals hold. */
export function errorsSection(context: ReportContext): Section {
  return section(
    "errors",
    "Where it errs",
    "",
    h(
      "div",
      { class: "grid" },
      horizonChart(context).element,
      coverageChart(context).element,
      seriesChart(context)?.element,
      calendarChart(context)?.element,
    ),
  );
}

function horizonChart({ summary }: ReportContext): Chart {
  const { metric } = summary.horizonErrors;
  const winner = rowOf(summary, summary.winner);
  const fair = (model: string) => rowOf(summary, model)?.windows === winner?.windows;
  const models = summary.horizonErrors.models.filter(({ model }) => fair(model));
  const left = summary.horizonErrors.models.length - models.length;
  const note =
    left === 0 ? "" : ` ${plural(left, "model")} scored on other windows ${left === 1 ? "is" : "are"} left out.`;
  const best = models.find(({ model }) => model === summary.winner)?.values ?? [];
  const title = (model: string) => rowOf(summary, model)?.title ?? model;
  return chart({
    title: "Error by step ahead",
    summary: () =>
      `The winner's ${metricName(metric)} goes from ${formatMetric(metric, best[0])} at the first step to ${formatMetric(metric, best.at(-1))} at the last.${note}`,
    empty: "No errors by step were recorded.",
    figure: (theme) =>
      models.length === 0
        ? undefined
        : horizonFigure(
            models,
            summary.leaderboard,
            {
              winner: summary.winner,
              baseline: summary.baseline,
              metric: metricLabel(metric),
              step: frequencyLabel(summary.experiment.frequency),
            },
            theme,
          ),
    table: () => ({
      columns: ["Step", ...models.map(({ model }) => title(model))],
      rows: best.map((_, step) => [step + 1, ...models.map(({ values }) => values[step] ?? null)]),
    }),
  });
}

function coverageChart({ summary }: ReportContext): Chart {
  const known = summary.coverage.filter(({ actual }) => actual !== null);
  return chart({
    title: "Do the intervals hold?",
    summary: () =>
      known
        .map((row) => `${formatPercent(row.nominal)} intervals held ${formatPercent(row.actual)}`)
        .join("; ")
        .concat("."),
    empty: "No interval coverage was recorded: the run has no quantile pairs or no backtest.",
    figure: (theme) => (known.length === 0 ? undefined : coverageFigure(known, theme)),
    table: () => ({
      columns: ["Promised", "Observed", "Points"],
      rows: summary.coverage.map((row) => [row.nominal, row.actual, row.count]),
    }),
  });
}

function seriesChart({ summary, facts, selection }: ReportContext): Chart | undefined {
  const { names, error, baselineError } = facts;
  if (names.length < 2) return undefined;
  const metric = metricLabel(summary.experiment.metric);
  const scatter = baselineError !== undefined && names.length <= pointLimit;
  const drawn = chart({
    title: "Error by series",
    summary: () => seriesSentence(error, baselineError, scatter),
    figure: (theme) =>
      scatter
        ? seriesScatter({ names, error, baseline: baselineError }, metric, theme, selection.index)
        : errorHistogram(error, metric, theme),
    table: () => ({
      columns: ["Series", metric, ...(baselineError === undefined ? [] : ["Baseline"])],
      rows: names.map((name, index) => [
        name,
        error[index]!,
        ...(baselineError === undefined ? [] : [baselineError[index]!]),
      ]),
    }),
    onClick: (event) => {
      const index = event.points?.[0]?.customdata;
      if (typeof index === "number") void selection.choose(index);
    },
  });
  selection.subscribe(() => drawn.update());
  return drawn;
}

function seriesSentence(error: ArrayLike<number>, baseline: ArrayLike<number> | undefined, points: boolean): string {
  const known = Array.from(error).filter(Number.isFinite);
  const unknown = error.length - known.length;
  const without = unknown === 0 ? "" : ` ${plural(unknown, "series has", "series have")} no defined error.`;
  if (baseline === undefined) return `${plural(known.length, "series", "series")} with a defined error.${without}`;
  const better = known.length - Array.from(error).filter((value, index) => value > baseline[index]!).length;
  const pick = points ? " Choose a point to see its forecast." : "";
  return `The winner is at least as good as the baseline on ${better} of ${known.length} series.${without}${pick}`;
}

function calendarChart({ summary, selection }: ReportContext): Chart | undefined {
  const parts = calendarParts(summary.experiment.frequency);
  if (parts.length === 0) return undefined;
  let part: CalendarPart = parts[0]!;
  let sums: ReadonlyMap<CalendarPart, CalendarSums> | undefined;
  let counting = false;
  const choice = h(
    "select",
    { "aria-label": "Calendar part", onchange: () => choose(choice.value) },
    parts.map(({ id, title }) => h("option", { value: id }, title)),
  );
  const choose = (id: string) => {
    part = parts.find((other) => other.id === id) ?? part;
    drawn.update();
  };
  const errors = () => {
    const found = sums?.get(part);
    return found === undefined ? undefined : calendarErrors(found, part);
  };
  const drawn = chart({
    title: "Error by calendar",
    summary: () => "Absolute error as a share of the actual total (WAPE) over all backtest windows.",
    empty: "There are no backtest windows with actual values.",
    controls: choice,
    figure: (theme) => {
      const found = errors();
      if (found === undefined && !counting) {
        counting = true;
        void count();
      }
      return found === undefined || found.labels.length === 0 ? undefined : calendarFigure(found, theme);
    },
    table: () => {
      const found = errors();
      const rows = (found?.labels ?? []).map((label, row) => [
        label,
        found!.error[row]!,
        found!.baseline?.[row] ?? null,
      ]);
      return { columns: [part.title, "WAPE of the winner", "WAPE of the baseline"], rows };
    },
  });
  const count = async () => {
    const counted = new Map(parts.map((each) => [each, emptySums(each)]));
    for await (const view of selection.all()) for (const [each, sum] of counted) addToSums(sum, each, view);
    sums = counted;
    drawn.update();
  };
  return drawn;
}
