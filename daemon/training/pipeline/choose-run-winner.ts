import type { Problem } from "../../../protocol/errors.ts";
import { fallbackWinner } from "../../forecasting/ensemble/fallback-winner.ts";
import { passedOver } from "../../forecasting/ensemble/passed-over.ts";
import { type Contender, chooseWinner, type Winner } from "../../forecasting/ensemble/winner.ts";
import { seriesCount } from "../../forecasting/panel/panel.ts";
import type { Trial } from "../../forecasting/search/search.ts";
import { budgetTooSmall } from "./budget-problems.ts";
import { growthOf } from "./judged-share.ts";
import type { RunContext } from "./run-context.ts";
import type { SearchResult } from "./search-run.ts";
import { finalSeconds } from "./seconds-left.ts";

/** Share of the seconds for fits on all data that the members of an ensemble may be expected to take. */
const finalShare = 0.9;

/**
 * Chooses who makes the forecast, and reports the leaderboard. If nothing was judged, a model that needs no judgement.
 */
export function chooseRunWinner(context: RunContext, { trials, contenders }: SearchResult): Winner {
  if (contenders.length === 0) return unjudgedWinner(context, trials);
  const { file, settings, pool, log } = context;
  const { search } = file.experiment;
  const winner = chooseWinner(contenders, {
    metric: settings.metric,
    ensemble: search.ensemble,
    seed: search.seed,
    levels: settings.levels,
    seconds: finalShare * finalSeconds(context),
    workers: pool.size,
    growth: growthOf(context),
  });
  const leader = passedOver(winner, contenders);
  if (leader !== undefined) log.warn(leaderPassedOver(leader, winner));
  log.emit({ type: "leaderboard", rows: boardOf(winner, contenders) });
  return winner;
}

function leaderPassedOver(leader: Contender, winner: Winner): Problem {
  const titles = winner.members.map(({ candidate }) => candidate.title).join(", ");
  return {
    severity: "warning",
    code: "leader-passed-over",
    message: `${leader.trial.candidate.title} scored best (${leader.score.toPrecision(4)}), but its fit on all data would take longer than the budget leaves: ${titles} (${winner.score.toPrecision(4)}) makes the forecast.`,
    fix: "Raise search.budget, or leave slow models out.",
  };
}

function unjudgedWinner(context: RunContext, trials: readonly Trial[]): Winner {
  const { file, panel, settings, log, time } = context;
  const { models } = file.experiment.search;
  const winner = fallbackWinner(models, settings.fit.levels, seriesCount(panel), finalSeconds(context));
  const { title } = winner.members[0]!.candidate;
  const reading = log.budgetSeconds - time.seconds;
  if (trials.length > 0) log.warn(allFailed(trials) ?? budgetTooSmall(log.budgetSeconds, reading, title));
  return winner;
}

/** The scores, the winner's first; those that are not finite are null. */
function boardOf(winner: Winner, contenders: readonly Contender[]): { model: string; score: number | null }[] {
  const rows = contenders.map(({ trial, score }) => ({ model: trial.candidate.id, score }));
  const alone = rows.some(({ model }) => model === winner.id);
  return [...(alone ? [] : [{ model: winner.id, score: winner.score }]), ...rows].map(({ model, score }) => ({
    model,
    score: Number.isFinite(score) ? score : null,
  }));
}

function allFailed(trials: readonly Trial[]): Problem | undefined {
  const failed = trials.find(({ status }) => status === "failed");
  return failed === undefined
    ? undefined
    : {
        severity: "warning",
        code: "all-models-failed",
        message: `No model could be backtested. ${failed.candidate.title}: ${failed.reason}`,
      };
}
