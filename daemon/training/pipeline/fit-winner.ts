import { join } from "node:path";
import { combineMembers, isLocal, type Member, type Winner } from "../../forecasting/ensemble/winner.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import { TooDearError } from "../../forecasting/search/search.ts";
import { isDiskFull } from "../files/persist.ts";
import { globalShare } from "../workers/global-share.ts";
import type { FitResult } from "../workers/task.ts";
import { secondsText } from "./budget-problems.ts";
import { fitFinally } from "./fit-candidate.ts";
import type { FitOptions } from "./fit-options.ts";
import type { TaskContext } from "./run-context.ts";

/** A member of the winner with its fitted model. */
export interface FittedMember extends Member {
  /** Name of the folder with the fitted model, within the run's model folder. */
  readonly folder: string;
}

/** A member that could not be fitted. */
export interface FitFailure {
  readonly candidate: Candidate;
  readonly reason: string;
  /** Whether the time did not suffice. */
  readonly late: boolean;
}

/** The forecast of a winner that was fitted on the whole history. */
export interface FinalForecast {
  readonly winner: Winner;
  readonly forecast: Forecast;
  /** Members that were fitted; a member that fails drops out and the others take its share. */
  readonly members: readonly FittedMember[];
  readonly failures: readonly FitFailure[];
  readonly warnings: readonly string[];
}

/** What the caller asks of the fits of a winner. */
export interface WinnerFitOptions extends Omit<FitOptions, "onProgress"> {
  readonly onProgress: (member: Candidate, fraction: number, loss?: number) => void;
}

/** Share of its time after which a fit that continues as long as allowed stops: its forecast comes after. */
const fitShare = 0.8;

/**
 * Fits the winner's members on the whole history, saves them in the model folder and combines their calibrated
 * forecasts. If there are more members than workers, each has its share of `options.seconds` (`globalShare`). Members
 * that are not fitted by then are dropped. Rejects with the first member's error if no member can be fitted.
 */
export async function fitWinner(
  context: TaskContext,
  winner: Winner,
  options: WinnerFitOptions,
): Promise<FinalForecast> {
  const members = winner.members.map((member, index) => ({ ...member, folder: `${index + 1}-${member.candidate.id}` }));
  const outcomes = await fitMembers(context, members, options);
  options.signal.throwIfAborted();
  const full = outcomes.find((outcome) => outcome.status === "rejected" && isDiskFull(outcome.reason));
  if (full?.status === "rejected") throw full.reason;
  const fitted = outcomes.flatMap((outcome, index) =>
    outcome.status === "fulfilled" ? [{ member: members[index]!, forecast: outcome.value.forecast }] : [],
  );
  if (fitted.length === 0) throw outcomes.find((outcome) => outcome.status === "rejected")!.reason;
  return {
    winner,
    forecast: combineMembers(fitted, winner),
    members: fitted.map(({ member }) => member),
    failures: outcomes.flatMap((outcome, index) =>
      outcome.status === "rejected" ? [failureOf(members[index]!, outcome.reason)] : [],
    ),
    warnings: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value.warnings : [])),
  };
}

/** How the fit of each member ended, in the order of the members. */
async function fitMembers(
  context: TaskContext,
  members: readonly FittedMember[],
  options: WinnerFitOptions,
): Promise<PromiseSettledResult<FitResult>[]> {
  const { seconds: allowed } = options;
  const shareOf = globalShare(
    members.map((member) => ({ seconds: member.seconds, local: isLocal(member) })),
    context.pool.size,
    allowed,
  );
  const limit = new AbortController();
  const late = `It was not done within the ${secondsText(allowed)} that the budget left for that.`;
  const timer = setTimeout(() => limit.abort(new TooDearError(late)), allowed * 1000);
  const signal = AbortSignal.any([options.signal, limit.signal]);
  // Workers take tasks in order: those that cannot be divided start first.
  const order = [...members.entries()].sort(([, a], [, b]) => Number(isLocal(a)) - Number(isLocal(b)));
  const outcomes = new Array<PromiseSettledResult<FitResult>>(members.length);
  await Promise.all(
    order.map(async ([index, { candidate, seconds, folder }]) => {
      const own = isLocal({ candidate }) ? allowed : fitShare * Math.min(allowed, shareOf(seconds));
      const fit = fitFinally(context, candidate, join(context.modelFolder, folder), {
        signal,
        seconds: own,
        onProgress: (fraction, loss) => options.onProgress(candidate, fraction, loss),
      });
      [outcomes[index]] = await Promise.allSettled([fit]);
    }),
  ).finally(() => clearTimeout(timer));
  return outcomes;
}

function failureOf({ candidate }: Member, error: unknown): FitFailure {
  const reason = error instanceof Error ? error.message : String(error);
  return { candidate, reason, late: error instanceof TooDearError };
}
