import { forecastFigure } from "../../charts/forecast.ts";
import { type Chart, chart } from "../../shared/chart.ts";
import { h } from "../../shared/dom.ts";
import { formatMetric, formatNumber, formatSteps, formatTime, metricLabel, metricName } from "../../shared/format.ts";
import { type Picker, picker } from "../../shared/picker.ts";
import type { PlotlyEvent } from "../../shared/plotly.ts";
import type { SeriesView } from "../../shared/series.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** The forecast of the chosen series, and the list to choose from where there are several. */
export function forecastSection(context: ReportContext): Section & { readonly picker: Picker | undefined } {
  const many = context.facts.names.length > 1;
  const list = many
    ? picker(
        context.facts,
        metricLabel(context.summary.experiment.metric),
        (index) => void context.selection.choose(index),
      )
    : undefined;
  const drawn = forecastChart(context);
  const limit = context.summary.limit;
  const element = section(
    "forecast",
    "Forecast",
    "",
    h("div", { class: many ? "with-picker" : "" }, list?.element, drawn.element),
    limit === undefined ? null : h("p", { class: "muted note" }, limit),
  );
  return { ...element, picker: list };
}

/** Longest history that is shown whole at first. */
const wholeHistory = 400;

function forecastChart(context: ReportContext): Chart {
  const { selection, summary, target } = context;
  const { horizon } = summary.experiment;
  const recentSteps = Math.max(60, 6 * horizon);
  let recent: number | undefined;
  let range: [number, number] | undefined;
  const span = h(
    "select",
    { "aria-label": "Visible history", onchange: () => show(span.value) },
    h("option", { value: "recent" }, "Recent history"),
    h("option", { value: "all" }, "All history"),
  );
  const show = (choice: string) => {
    recent = choice === "all" ? undefined : recentSteps;
    range = undefined;
    drawn.update();
  };
  const onZoom = (event: PlotlyEvent) => {
    const zoomed = zoomedRange(event);
    if (zoomed === "reset") range = undefined;
    else if (zoomed !== undefined) range = zoomed;
    // Only a thinned line has more to show after a zoom.
    if (zoomed !== undefined && (selection.view?.history.length ?? 0) > 1800) drawn.update();
  };
  const drawn = chart({
    title: "History and forecast",
    summary: () => (selection.view === undefined ? "" : sentence(selection.view, context)),
    empty: "The charts of this series are not in this report; forecast.csv holds its forecast.",
    height: 400,
    controls: span,
    figure: (theme) =>
      selection.view &&
      forecastFigure(selection.view, theme, { target, recent, range, frequency: summary.experiment.frequency }),
    table: () => forecastTable(context),
    onZoom,
  });
  selection.subscribe(() => {
    const length = selection.view?.history.length ?? 0;
    recent = span.value === "all" || length <= wholeHistory ? undefined : recentSteps;
    span.hidden = length <= wholeHistory;
    range = undefined;
    drawn.element.querySelector("h3")!.textContent = context.facts.names[selection.index] ?? target;
    drawn.update();
  });
  return drawn;
}

/** Visible milliseconds that Plotly tells after zooming or panning. */
function zoomedRange(event: PlotlyEvent): [number, number] | "reset" | undefined {
  if (event["xaxis.autorange"] === true) return "reset";
  const moment = (value: unknown) =>
    typeof value === "number" ? value : Date.parse(`${String(value).replace(" ", "T")}Z`);
  const from = moment(event["xaxis.range[0]"]);
  const to = moment(event["xaxis.range[1]"]);
  return Number.isFinite(from) && Number.isFinite(to) ? [from, to] : undefined;
}

function sentence(view: SeriesView, { summary, facts }: ReportContext): string {
  const { frequency, metric, horizon } = summary.experiment;
  const [first, last] = [view.futureTimes[0]!, view.futureTimes.at(-1)!];
  const total = Array.from(view.mean).reduce((sum, value) => sum + value, 0);
  const error = facts.error[view.index]!;
  const parts = [
    `${formatTime(first, frequency)}${horizon > 1 ? ` to ${formatTime(last, frequency)}` : ""}`,
    `mean ${formatNumber(total / horizon)} a step`,
    Number.isFinite(error)
      ? `${metricName(metric)} ${formatMetric(metric, error)} on the backtest`
      : "no backtest score",
    view.omitted > 0 ? `the oldest ${formatSteps(view.omitted, frequency)} are left out` : "",
  ];
  return `${parts.filter((part) => part !== "").join("; ")}.`;
}

function forecastTable({ selection, summary }: ReportContext): {
  columns: string[];
  rows: (string | number | null)[][];
} {
  const view = selection.view;
  const { frequency, levels } = summary.experiment;
  const columns = ["Time", "Mean", ...levels.map((level) => `q${level}`)];
  if (view === undefined) return { columns, rows: [] };
  const rows = view.futureTimes.map((time, step) => [
    formatTime(time, frequency),
    view.mean[step] ?? null,
    ...view.quantiles.map((values) => values[step] ?? null),
  ]);
  return { columns, rows };
}
