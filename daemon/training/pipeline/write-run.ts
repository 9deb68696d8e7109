import { randomUUID } from "node:crypto";
import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import { keepLevels } from "../../forecasting/models/levels.ts";
import type { Trial } from "../../forecasting/search/search.ts";
import { profilePanel } from "../data/profile.ts";
import { leaderboardRows } from "../outputs/leaderboard.ts";
import { biasProblem, totalsOf } from "../outputs/totals.ts";
import { writeOutputs } from "../outputs/write-outputs.ts";
import type { FinalForecast } from "./fit-winner.ts";
import type { ReportScenario } from "./forecast-scenarios.ts";
import type { RunContext } from "./run-context.ts";
import type { RunResult } from "./run-options.ts";
import type { SearchResult } from "./search-run.ts";

/** What the stages of a run found. */
export interface RunFindings {
  readonly search: SearchResult;
  readonly final: FinalForecast;
  readonly explanation: RunExplanation | undefined;
  readonly scenarios: readonly ReportScenario[];
}

/** Writes the files of a run, each whole, and reports its end. */
export async function writeRun(context: RunContext, findings: RunFindings): Promise<RunResult> {
  const { file, options, data, settings, log, pool, folders } = context;
  const { search, final, explanation, scenarios } = findings;
  const { winner } = final;
  log.progress("output", 0.95);
  const leaderboard = leaderboardRows(search.contenders, winner, search.trials, search.skipped);
  const totals = totalsOf(data.panel, final.forecast, settings.plan.gap, winner.parts);
  const biased = biasProblem(totals);
  if (biased !== undefined) log.warn(biased);
  const seconds = log.elapsed;
  const id = options.id ?? randomUUID();
  await writeOutputs(folders.out, folders.work, {
    file,
    id,
    startedAt: log.startedAt,
    seconds,
    device: devicesOf(search.trials),
    workers: pool.size,
    data,
    profile: profilePanel(data.panel),
    settings,
    contenders: search.contenders,
    winner,
    forecast: keepLevels(final.forecast, settings.levels),
    explanation,
    scenarios,
    leaderboard,
    totals,
    warnings: log.warnings,
    pageLater: options.pageLater === true,
  });
  const { score } = winner;
  const shown = Number.isFinite(score) ? score : null;
  log.emit({ type: "run-finished", winner: winner.id, score: shown, seconds, directory: folders.out });
  return {
    id,
    winner: winner.id,
    score,
    metric: settings.metric,
    totals,
    leaderboard,
    warnings: log.warnings,
    seconds,
    out: folders.out,
  };
}

/** Where the tried models were trained, in words. */
function devicesOf(trials: readonly Trial[]): string {
  return [...new Set(["cpu", ...trials.map(({ device }) => device)])].join(", ");
}
