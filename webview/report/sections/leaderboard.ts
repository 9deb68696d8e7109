import type { LeaderboardRow } from "../../../protocol/report.ts";
import { type Child, fill, h } from "../../shared/dom.ts";
import { comparable, gain, rowOf } from "../../shared/facts.ts";
import {
  formatChange,
  formatNumber,
  formatPercent,
  formatScore,
  formatSeconds,
  joinWords,
  metricLabel,
  metricName,
} from "../../shared/format.ts";
import { inlineCode } from "../../shared/problems.ts";
import { type Column, dataTable } from "../../shared/table.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** Every model that was tried, best first, and why the others were not. */
export function leaderboardSection(context: ReportContext): Section {
  const { summary } = context;
  const { metric } = summary.experiment;
  const tried = summary.leaderboard.filter(({ status }) => status === "tried");
  const metrics = [...new Set([metric, ...tried.flatMap((row) => Object.keys(row.metrics))])];
  const place = h("div", {});
  const choice = h(
    "select",
    { "aria-label": "Metric", onchange: () => draw() },
    metrics.map((name) =>
      h("option", { value: name }, name === metric ? `${metricName(name)} (selected by)` : metricName(name)),
    ),
  );
  const draw = () => fill(place, table(context, tried, choice.value));
  draw();
  return section(
    "leaderboard",
    "Leaderboard",
    "Errors on the backtest windows, where every model saw only what was known at each origin. Smaller is better.",
    h(
      "div",
      { class: "card" },
      h("header", {}, h("h3", {}, "Models"), h("div", { class: "actions" }, h("label", {}, "Compare by ", choice))),
      place,
      untried(summary.leaderboard.filter(({ status }) => status !== "tried")),
    ),
  );
}

function scoreOf(row: LeaderboardRow, metric: string, selected: string): number | null {
  return row.metrics[metric] ?? (metric === selected ? row.score : null);
}

function table({ summary }: ReportContext, tried: readonly LeaderboardRow[], metric: string): HTMLElement {
  const selected = summary.experiment.metric;
  const baseline = rowOf(summary, summary.baseline);
  const reference = baseline && scoreOf(baseline, metric, selected);
  const value = (row: LeaderboardRow) => scoreOf(row, metric, selected);
  const most = Math.max(0, ...tried.map(({ windows }) => windows));
  const worst = Math.max(...tried.map((row) => value(row) ?? 0));
  const others = [...new Set(tried.flatMap((row) => Object.keys(row.metrics)))]
    .filter((name) => name !== metric)
    .slice(0, 4);
  const columns: Column<LeaderboardRow>[] = [
    { title: "Model", value: (row) => row.title, show: (row) => modelCell(row, row.model === summary.winner) },
    {
      title: metricLabel(metric),
      value,
      show: (row) => scoreCell(value(row), worst, row.model === summary.winner),
      numeric: true,
    },
    ...(reference === undefined || reference === null
      ? []
      : [
          {
            title: `vs ${baseline!.title.toLowerCase()}`,
            value: (row: LeaderboardRow) => gain(value(row), reference) ?? null,
            show: (row: LeaderboardRow) =>
              changeCell(gain(value(row), reference), row === baseline, comparable(row, baseline)),
            numeric: true,
          },
        ]),
    ...others.map((name) => ({
      title: metricLabel(name),
      value: (row: LeaderboardRow) => row.metrics[name] ?? null,
      show: (row: LeaderboardRow) => formatScore(row.metrics[name]),
      numeric: true,
    })),
    { title: "Fit", value: (row) => row.fitSeconds, show: (row) => formatSeconds(row.fitSeconds), numeric: true },
    {
      title: "Predict",
      value: (row) => row.predictSeconds,
      show: (row) => formatSeconds(row.predictSeconds),
      numeric: true,
    },
    { title: "Windows", value: (row) => row.windows, show: (row) => windowsText(row.windows, most), numeric: true },
    { title: "Device", value: (row) => row.device },
  ];
  return dataTable({
    caption: `Leaderboard by ${metricName(metric)}`,
    columns,
    rows: fairOrder(tried, value),
    rowClass: (row) =>
      row.model === summary.winner ? "winner" : row.model === summary.baseline ? "baseline" : undefined,
  });
}

/** Best first; a score from fewer windows is of an easier or harder task, so those models come after the others. */
export function fairOrder(
  rows: readonly LeaderboardRow[],
  value: (row: LeaderboardRow) => number | null,
): LeaderboardRow[] {
  const rank = (row: LeaderboardRow) => value(row) ?? Number.POSITIVE_INFINITY;
  return rows.toSorted((a, b) => b.windows - a.windows || (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
}

function windowsText(windows: number, most: number): Child {
  if (windows === most) return String(windows);
  const hint = "Given up early: its score is not of the same windows as the others'.";
  return h("span", { class: "muted", title: hint }, `${windows} of ${most}`);
}

function modelCell(row: LeaderboardRow, winner: boolean): Child {
  const members = Object.entries(row.weights ?? {}).sort(([, a], [, b]) => b - a);
  return [
    h("span", { class: "model" }, row.title, winner ? h("span", { class: "badge" }, "winner") : null),
    h(
      "span",
      { class: "detail" },
      members.length > 0
        ? members.map(([model, weight]) => `${formatPercent(weight, 0)} ${model}`).join(" + ")
        : row.family,
    ),
    (row.notes ?? []).map((note) => h("span", { class: "detail" }, note)),
  ];
}

function scoreCell(value: number | null, worst: number, winner: boolean): Child {
  const width = value === null || worst <= 0 ? 0 : (value / worst) * 100;
  return h(
    "span",
    { class: "score" },
    h(
      "span",
      { class: "bar", "aria-hidden": "true" },
      h("span", { class: winner ? "filled winner" : "filled", style: { width: `${width}%` } }),
    ),
    h("span", {}, formatScore(value)),
  );
}

function changeCell(share: number | undefined, isBaseline: boolean, even: boolean): Child {
  if (isBaseline) return h("span", { class: "muted" }, "baseline");
  if (share === undefined) return "–";
  if (!even) {
    const hint = "Scored on another number of backtest windows: a rough comparison.";
    return h("span", { class: "muted", title: hint }, `≈ ${formatChange(share)}`);
  }
  const kind = share > 0.0005 ? "better" : share < -0.0005 ? "worse" : "muted";
  return h("span", { class: kind }, share === 0 ? "same" : formatChange(share).replace("+", "▲ ").replace("−", "▼ "));
}

/** Models without a score, gathered where they share a reason. */
function untried(rows: readonly LeaderboardRow[]): Child {
  if (rows.length === 0) return null;
  const groups = Map.groupBy(rows, (row) => `${row.status} ${row.reason}`);
  return h(
    "div",
    { class: "untried" },
    h("h4", {}, `${formatNumber(rows.length)} not scored`),
    h(
      "ul",
      {},
      [...groups.values()].map((group) => {
        const [{ status, reason }] = group as [LeaderboardRow];
        return h(
          "li",
          {},
          h("span", { class: `badge ${status}` }, status),
          h("strong", {}, joinWords(group.map(({ title }) => title))),
          h("span", { class: "muted" }, inlineCode(reason ?? "No reason was recorded.")),
        );
      }),
    ),
  );
}
