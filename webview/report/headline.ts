import type { ReportSummary } from "../../protocol/report.ts";
import { comparable, gain, rowOf } from "../shared/facts.ts";
import { formatMetric, formatPercent, formatSteps, metricName, plural } from "../shared/format.ts";

/** What the run found, in two sentences made from its numbers alone. */
export interface Headline {
  readonly title: string;
  readonly detail: string;
}

/** The headline of a report. Nothing is claimed that the document does not say. */
export function headline(summary: ReportSummary): Headline {
  const winner = rowOf(summary, summary.winner);
  const baseline = rowOf(summary, summary.baseline);
  const name = winner?.title ?? summary.winner;
  if (winner === undefined || winner.score === null) {
    return {
      title: `Forecast by ${name}`,
      detail: "No backtest score could be computed, so its accuracy is not known.",
    };
  }
  const even = comparable(winner, baseline);
  const caveat = even ? "" : ` ${baseline!.title} was scored on ${plural(baseline!.windows, "window")} only.`;
  const warnings = headlineWarnings(summary);
  const title = even ? titleOf(name, winner.model, winner.score, baseline) : `${name} wins`;
  return { title, detail: detailOf(summary, winner.windows) + caveat + warnings };
}

/** Warnings that belong to the answer itself: another model than the best one makes the forecast, or totals are off. */
const headlineCodes: ReadonlySet<string> = new Set(["leader-passed-over", "winner-replaced", "biased-backtest"]);

function headlineWarnings({ run }: ReportSummary): string {
  const found = run.warnings.filter(({ code }) => headlineCodes.has(code));
  return found.map(({ message }) => ` ${message}`).join("");
}

function titleOf(
  name: string,
  model: string,
  score: number,
  baseline: { readonly model: string; readonly title: string; readonly score: number | null } | undefined,
): string {
  if (baseline?.model === model) return `No model beat ${lower(baseline.title)}: it is the forecast`;
  const share = gain(score, baseline?.score);
  if (baseline === undefined || share === undefined) return `${name} wins`;
  if (share >= 0.005) return `${name} wins: ${formatPercent(share, 0)} more accurate than ${lower(baseline.title)}`;
  return `${name} wins, but is no more accurate than ${lower(baseline.title)}`;
}

function detailOf(summary: ReportSummary, windows: number): string {
  const { experiment } = summary;
  const score = formatMetric(experiment.metric, rowOf(summary, summary.winner)?.score);
  const count = summary.series.keys.length;
  const where = count === 1 ? "" : `${plural(count, "series", "series")}, `;
  const span = formatSteps(experiment.horizon, experiment.frequency);
  return `${metricName(experiment.metric)} ${score} on ${where}${plural(windows, "backtest window")} of ${span}.${coverageOf(summary)}`;
}

function coverageOf(summary: ReportSummary): string {
  const known = summary.coverage.filter((row) => row.actual !== null);
  const row = known.find(({ nominal }) => Math.abs(nominal - 0.8) < 1e-9) ?? known[0];
  if (row === undefined) return "";
  return ` Its ${formatPercent(row.nominal)} intervals covered ${formatPercent(row.actual, 0)} of the actual values.`;
}

function lower(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title[0]!.toLowerCase() + title.slice(1) : title;
}
