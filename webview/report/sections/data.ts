import {
  type CovariateProfile,
  type DataProfile,
  dataProfileSchema,
  type SeriesProfile,
} from "../../../protocol/profile.ts";
import { correlationFigure, shareFigure } from "../../charts/profile.ts";
import { chart } from "../../shared/chart.ts";
import { type Child, h } from "../../shared/dom.ts";
import { formatNumber, formatPercent, formatSteps, formatTime, plural } from "../../shared/format.ts";
import { problemList } from "../../shared/problems.ts";
import { dataTable } from "../../shared/table.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** What the data are like and what the run warns about. */
export function dataSection(context: ReportContext): Section {
  const { warnings } = context.summary.run;
  const none = h("p", { class: "muted" }, "The run had nothing to warn about.");
  const profile = dataProfileSchema.safeParse(context.summary.profile).data;
  return section(
    "data",
    "Data",
    "",
    h("div", { class: "card" }, h("h3", {}, "Warnings"), problemList(warnings) ?? none),
    profile === undefined ? null : profileView(profile, context),
  );
}

function profileView(profile: DataProfile, context: ReportContext): Child {
  return [
    h("div", { class: "card" }, h("h3", {}, "Profile"), facts(profile, context)),
    h(
      "div",
      { class: "grid profile" },
      profile.seasons.length > 0 ? seasonChart(profile, context) : null,
      profile.series > 1 ? demandChart(profile) : null,
      profile.covariates.length > 0 ? covariateChart(profile) : null,
    ),
    profile.covariates.length > 0
      ? h("div", { class: "card" }, h("h3", {}, "Covariates"), covariateTable(profile.covariates))
      : null,
    profile.details.length > 1
      ? h("div", { class: "card" }, h("h3", {}, "Series"), seriesTable(profile.details, context))
      : null,
  ];
}

function facts(profile: DataProfile, { summary }: ReportContext): HTMLElement {
  const { frequency } = summary.experiment;
  const { lengths } = profile;
  const fact = (label: string, value: string) => h("div", {}, h("dt", {}, label), h("dd", {}, value));
  const steps = (count: number) => formatSteps(count, frequency);
  const looked =
    profile.seriesLooked < profile.series ? ` (of ${plural(profile.seriesLooked, "series", "series")} looked at)` : "";
  return h(
    "dl",
    { class: "facts" },
    fact("Period", `${formatTime(profile.start, frequency)} to ${formatTime(profile.end, frequency)}`),
    fact("Rows", formatNumber(profile.rows, 12)),
    fact("Series", formatNumber(profile.series, 12)),
    lengths.minimum === lengths.maximum
      ? fact("History", steps(lengths.maximum))
      : fact(
          "History",
          `${formatNumber(lengths.minimum)} to ${steps(lengths.maximum)}, median ${formatNumber(lengths.median)}`,
        ),
    fact("Missing target values", formatPercent(profile.missing)),
    fact("Zeros", formatPercent(profile.zeros)),
    fact("Variance a straight line explains", `${formatPercent(profile.trend)}${looked}`),
    fact("Outliers", `${formatNumber(profile.outliers)}${looked}`),
  );
}

function seasonChart({ seasons }: DataProfile, { summary }: ReportContext): HTMLElement {
  const rows = seasons.map(({ season, strength }) => ({
    label: formatSteps(season, summary.experiment.frequency),
    value: strength,
  }));
  return chart({
    title: "Seasons",
    summary: () =>
      "Autocorrelation of the detrended series one season apart: near 100 % the pattern comes again, near 0 there is none.",
    height: 260,
    figure: (theme) => shareFigure(rows, { title: "Strength", percent: true }, theme),
    table: () => ({ columns: ["Season", "Strength"], rows: rows.map(({ label, value }) => [label, value]) }),
  }).element;
}

function demandChart({ intermittency }: DataProfile): HTMLElement {
  const rows = Object.entries(intermittency).map(([label, value]) => ({ label, value }));
  return chart({
    title: "Kinds of demand",
    summary: () => "Smooth and erratic series have a value at most steps; intermittent and lumpy ones are often zero.",
    height: 260,
    figure: (theme) => shareFigure(rows, { title: "Series", percent: false }, theme),
    table: () => ({ columns: ["Kind", "Series"], rows: rows.map(({ label, value }) => [label, value]) }),
  }).element;
}

function covariateChart({ covariates }: DataProfile): HTMLElement {
  const known = covariates.flatMap(({ name, correlation, lag }) =>
    correlation === null ? [] : [{ name, correlation, lag }],
  );
  return chart({
    title: "Covariates and the target",
    summary: () =>
      "How closely each goes with the target; a lag says by how many steps it runs ahead. Text has no sign.",
    empty: "No covariate has a defined correlation.",
    height: Math.max(260, 70 + 26 * Math.min(20, known.length)),
    figure: (theme) => (known.length === 0 ? undefined : correlationFigure(known, theme)),
    table: () => ({
      columns: ["Covariate", "Correlation", "Lag"],
      rows: known.map(({ name, correlation, lag }) => [name, correlation, lag]),
    }),
  }).element;
}

function covariateTable(covariates: readonly CovariateProfile[]): HTMLElement {
  return dataTable({
    caption: "Covariates",
    rows: covariates,
    limit: 30,
    columns: [
      { title: "Name", value: ({ name }) => name },
      { title: "Role", value: ({ role }) => role },
      { title: "Kind", value: ({ kind }) => kind },
      {
        title: "Missing",
        value: ({ missing }) => missing,
        show: ({ missing }) => formatPercent(missing),
        numeric: true,
      },
      {
        title: "Correlation",
        value: ({ correlation }) => correlation,
        show: ({ correlation }) => formatNumber(correlation, 2),
        numeric: true,
      },
      { title: "Lag", value: ({ lag }) => lag, numeric: true },
      {
        title: "Remark",
        value: remark,
        show: (row) => h("span", { class: row.leak ? "worse" : "muted" }, remark(row) ?? ""),
      },
    ],
  });
}

function remark({ leak, constant, duplicateOf }: CovariateProfile): string | null {
  if (leak) return "may be made from the target";
  if (duplicateOf !== undefined) return `same values as ${duplicateOf}`;
  return constant ? "constant" : null;
}

function seriesTable(series: readonly SeriesProfile[], { summary }: ReportContext): HTMLElement {
  const { frequency, target } = summary.experiment;
  return dataTable({
    caption: "Series",
    rows: series,
    limit: 20,
    columns: [
      { title: "Series", value: ({ key }) => (key.length === 0 ? target : key.join(" · ")) },
      { title: "First", value: ({ start }) => start, show: ({ start }) => formatTime(start, frequency), numeric: true },
      { title: "Steps", value: ({ rows }) => rows, numeric: true },
      { title: "Mean", value: ({ mean }) => mean, numeric: true },
      { title: "Deviation", value: ({ deviation }) => deviation, numeric: true },
      {
        title: "Missing",
        value: ({ missing }) => missing,
        show: ({ missing }) => formatPercent(missing),
        numeric: true,
      },
      { title: "Zeros", value: ({ zeros }) => zeros, show: ({ zeros }) => formatPercent(zeros), numeric: true },
      { title: "Demand", value: ({ intermittency }) => intermittency },
      { title: "Trend", value: ({ trend }) => trend, show: ({ trend }) => formatPercent(trend), numeric: true },
      { title: "Outliers", value: ({ outliers }) => outliers, numeric: true },
    ],
  });
}
