import { join } from "node:path";
import { combineMembers, isLocal, type Member, type Winner } from "../../forecasting/ensemble/winner.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { Candidate } from "../../forecasting/search/candidate.ts";
import { TooDearError } from "../../forecasting/search/search.ts";
import { isDiskFull } from "../files/persist.ts";
import { globalShare } from "../workers/global-share.ts";
import type { FitResult } from "../workers/task.ts";
import { secondsText } from "./budget-problems.ts";
import { type FitOptions, type FitSurroundings, fitFinally } from "./fit-candidate.ts";

/** Folder of a member's fitted model below the run's `model` folder. */
export function memberFolder(index: number, candidate: Candidate): string {
  return `${index + 1}-${candidate.id}`;
}

export interface FinalForecast {
  readonly forecast: Forecast;
  /** Members that were fitted; a member that fails drops out and the others take its share. */
  readonly members: readonly Member[];
  readonly failures: readonly {
    readonly candidate: Candidate;
    readonly reason: string;
    /** Whether there was not the time for it. */
    readonly late: boolean;
  }[];
  readonly warnings: readonly string[];
}

/** Share of its time after which a fit that goes on for as long as it is let stops: its forecast comes after. */
const fitShare = 0.8;

/**
 * Fits the winner's members on the whole history, saves them under `directory` and combines their calibrated forecasts. Where they have to
 * wait for each other, each has its share of `options.seconds` (`globalShare`); members that are not done by then are dropped.
 */
export async function fitWinner(
  winner: Winner,
  series: number,
  directory: string,
  surroundings: FitSurroundings,
  options: Omit<FitOptions, "onProgress"> & {
    onProgress: (member: Candidate, fraction: number, loss?: number) => void;
  },
): Promise<FinalForecast> {
  const { size } = surroundings.pool;
  const shareOf = globalShare(
    winner.members.map((member) => ({ seconds: member.seconds, local: isLocal(member) })),
    size,
    options.seconds,
  );
  const limit = new AbortController();
  const timer = setTimeout(
    () =>
      limit.abort(
        new TooDearError(`It was not done within the ${secondsText(options.seconds)} that the budget left for that.`),
      ),
    options.seconds * 1000,
  );
  const signal = AbortSignal.any([options.signal, limit.signal]);
  // Workers take tasks in order: those that cannot be divided start first.
  const order = [...winner.members.entries()].sort(([, a], [, b]) => Number(isLocal(a)) - Number(isLocal(b)));
  const outcomes = new Array<PromiseSettledResult<FitResult>>(winner.members.length);
  await Promise.all(
    order.map(async ([index, { candidate, seconds }]) => {
      const own = isLocal({ candidate }) ? options.seconds : fitShare * Math.min(options.seconds, shareOf(seconds));
      const fit = fitFinally(candidate, series, join(directory, memberFolder(index, candidate)), surroundings, {
        signal,
        seconds: own,
        onProgress: (fraction, loss) => options.onProgress(candidate, fraction, loss),
      });
      [outcomes[index]] = await Promise.allSettled([fit]);
    }),
  ).finally(() => clearTimeout(timer));
  options.signal.throwIfAborted();
  const full = outcomes.find((outcome) => outcome.status === "rejected" && isDiskFull(outcome.reason));
  if (full?.status === "rejected") throw full.reason;
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === "rejected"
      ? [
          {
            candidate: winner.members[index]!.candidate,
            reason: messageOf(outcome.reason),
            late: outcome.reason instanceof TooDearError,
          },
        ]
      : [],
  );
  const fitted = outcomes.flatMap((outcome, index) =>
    outcome.status === "fulfilled" ? [{ member: winner.members[index]!, forecast: outcome.value.forecast }] : [],
  );
  if (fitted.length === 0) throw outcomes.find((outcome) => outcome.status === "rejected")!.reason;
  return {
    forecast: combineMembers(fitted, winner),
    members: fitted.map(({ member }) => member),
    failures,
    warnings: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value.warnings : [])),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
