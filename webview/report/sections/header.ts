import type { Totals } from "../../../protocol/report.ts";
import { h } from "../../shared/dom.ts";
import { rowOf } from "../../shared/facts.ts";
import {
  formatChange,
  formatMetric,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatSteps,
  formatTime,
  metricName,
} from "../../shared/format.ts";
import type { ReportContext } from "../context.ts";
import { headline } from "../headline.ts";

/** The answer first: who won, by how much, how far to trust it. */
export function header(context: ReportContext): HTMLElement {
  const { experiment, run } = context.summary;
  const { title, detail } = headline(context.summary);
  const started = new Date(run.started);
  const when = Number.isNaN(started.getTime())
    ? run.started
    : formatTime(started.getTime(), { unit: "minute", multiple: 1 });
  return h(
    "header",
    { class: "masthead" },
    h(
      "p",
      { class: "eyebrow" },
      h("span", {}, experiment.name),
      h("span", { class: "muted" }, ` forecast of ${experiment.target}, ${when} UTC`),
    ),
    h("h1", {}, title),
    h("p", { class: "lede" }, detail),
    h("dl", { class: "tiles" }, tiles(context).map(tile)),
  );
}

interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

function tile({ label, value, note }: Tile): HTMLElement {
  return h(
    "div",
    { class: "tile" },
    h("dt", {}, label),
    h("dd", {}, h("span", { class: "figure" }, value), h("span", { class: "muted" }, note)),
  );
}

function tiles({ summary, facts }: ReportContext): Tile[] {
  const { experiment, run } = summary;
  const winner = rowOf(summary, summary.winner);
  const baseline = rowOf(summary, summary.baseline);
  const count = (status: string) => summary.leaderboard.filter((row) => row.status === status).length;
  const left = [
    count("skipped") > 0 ? `${count("skipped")} skipped` : "",
    count("failed") > 0 ? `${count("failed")} failed` : "",
  ].filter(Boolean);
  const wider = summary.coverage.filter(({ actual }) => actual !== null);
  const interval = wider.find(({ nominal }) => Math.abs(nominal - 0.8) < 1e-9) ?? wider[0];
  const all: (Tile | false)[] = [
    {
      label: metricName(experiment.metric),
      value: formatMetric(experiment.metric, winner?.score),
      note:
        baseline === undefined || baseline === winner
          ? "on the backtest"
          : `${baseline.title}: ${formatMetric(experiment.metric, baseline.score)}`,
    },
    interval !== undefined && {
      label: `${formatPercent(interval.nominal)} intervals`,
      value: formatPercent(interval.actual),
      note: "of actual values inside",
    },
    summary.totals !== undefined && totalTile(summary.totals),
    {
      label: "Horizon",
      value: formatSteps(experiment.horizon, experiment.frequency),
      note: experiment.gap > 0 ? `after a gap of ${experiment.gap}` : "from the last value on",
    },
    facts.names.length > 1 && {
      label: "Series",
      value: formatNumber(facts.names.length, 9),
      note: betterShare(facts.error, facts.baselineError),
    },
    { label: "Models tried", value: String(count("tried")), note: left.length === 0 ? "none failed" : left.join(", ") },
    { label: "Time", value: formatSeconds(run.seconds), note: `on ${run.device}` },
  ];
  return all.filter((entry): entry is Tile => entry !== false);
}

function totalTile({ forecast, recent, yearAgo, bias }: Totals): Tile {
  const before = [
    recent === null || recent === yearAgo ? "" : `before: ${formatNumber(recent, 4)}`,
    yearAgo === null ? "" : `a year ago: ${formatNumber(yearAgo, 4)}`,
  ];
  const trust = bias === null ? "" : `backtest: ${formatChange(bias / 100)}`;
  return {
    label: "Total",
    value: formatNumber(forecast, 4),
    note: [...before, trust].filter(Boolean).join(", "),
  };
}

function betterShare(error: ArrayLike<number>, baseline: ArrayLike<number> | undefined): string {
  if (baseline === undefined) return "forecast";
  const known = Array.from(error, (value, index) => value / baseline[index]!).filter(Number.isFinite);
  return known.length === 0
    ? "forecast"
    : `${formatPercent(known.filter((ratio) => ratio < 1).length / known.length, 0)} beat the baseline`;
}
