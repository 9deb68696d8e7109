import { createClient } from "../../../protocol/client.ts";
import { unpackColumn } from "../../../protocol/column.ts";
import { type ReportDocument, reportDocumentSchema } from "../../../protocol/report.ts";
import type { Answer, RunFacts } from "../service/facts.ts";

/** The part of a run's report that is shown beside the text. */
export interface RunReport {
  readonly answer: Answer | undefined;
  readonly leaderboard: RunFacts["leaderboard"];
  /** Settings after defaults, to tell whether the text has changed since. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Fetches a finished run's report from the daemon. Rejects where the daemon does not answer or has no report. */
export async function fetchReport(daemon: { url: string; token: string }, run: string): Promise<RunReport> {
  const bytes = await createClient(daemon).getRunFile({ params: { id: run, file: "report.json" } });
  const report = reportDocumentSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return {
    answer: answerOf(report),
    settings: report.experiment.settings,
    leaderboard: report.leaderboard.flatMap(({ model, score, status }) =>
      status === "tried" && score !== null ? [{ model, score }] : [],
    ),
  };
}

function answerOf(report: ReportDocument): Answer | undefined {
  const index = report.details.findIndex((detail) => detail !== null);
  const detail = report.details[index];
  if (detail === undefined || detail === null) return undefined;
  const { horizon, levels, metric } = report.experiment;
  const quantiles = unpackColumn(detail.quantiles);
  const band = (level: number) => [...quantiles.subarray(level * horizon, (level + 1) * horizon)];
  const score = scoreOf(report, report.winner);
  const naive = report.baseline === undefined ? undefined : scoreOf(report, report.baseline);
  return {
    series: report.series.keys[index] ?? [],
    count: report.series.keys.length,
    model: report.winner,
    history: [...unpackColumn(detail.history)].slice(-240).map((value) => (Number.isNaN(value) ? null : value)),
    mean: [...unpackColumn(detail.mean)],
    low: band(0),
    high: band(levels.length - 1),
    level: (levels.at(-1) ?? 1) - (levels[0] ?? 0),
    metric,
    score,
    naive,
    factors: factorsOf(report),
  };
}

function scoreOf(report: ReportDocument, model: string): number | undefined {
  return report.leaderboard.find((row) => row.model === model)?.score ?? undefined;
}

function factorsOf(report: ReportDocument): Answer["factors"] {
  const factors = report.explanations?.global ?? [];
  const sum = factors.reduce((total, { meanAbs }) => total + meanAbs, 0);
  if (sum === 0) return [];
  return factors.map(({ factor, meanAbs, direction }) => {
    const points = pointsOf(report, factor);
    return { name: factor, share: meanAbs / sum, direction, size: meanAbs, ...(points.length === 0 ? {} : { points }) };
  });
}

/** Forecasts whose contributions are drawn at most. */
const mostPoints = 160;

/** Value and contribution of a numeric factor in an even choice of the explained forecasts. */
function pointsOf({ explanations }: ReportDocument, factor: string): [number, number][] {
  if (explanations === undefined) return [];
  const width = explanations.factors.length;
  const column = explanations.factors.indexOf(factor);
  const all = explanations.series.flatMap(({ values, contributions }): [number, number][] => {
    if (values === undefined) return [];
    const [known, moved] = [unpackColumn(values), unpackColumn(contributions)];
    return Array.from({ length: moved.length / width }, (_, step): [number, number] => {
      return [known[step * width + column]!, moved[step * width + column]!];
    }).filter(([value]) => !Number.isNaN(value));
  });
  const stride = Math.max(1, Math.ceil(all.length / mostPoints));
  return all.filter((_, index) => index % stride === 0);
}
