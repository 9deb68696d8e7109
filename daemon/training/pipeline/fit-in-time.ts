import type { Problem } from "../../../protocol/errors.ts";
import { type Contender, loneWinner, type Winner } from "../../forecasting/ensemble/winner.ts";
import { isDiskFull } from "../files/persist.ts";
import type { FinalForecast } from "./fit-winner.ts";

/** How a winner is fitted within some seconds, and how many of them are left. */
export interface FinalFit {
  readonly fit: (winner: Winner, seconds: number) => Promise<FinalForecast>;
  readonly left: () => number;
  /** How many times more series there are than models were judged on. */
  readonly growth: number;
  readonly signal: AbortSignal;
  /** Who makes a forecast where nobody was judged, or nobody else can. */
  readonly lastResort: Winner;
}

/** Who made the forecast in the end. */
export interface Fitted {
  readonly final: FinalForecast;
  readonly warnings: readonly Problem[];
}

/** Seconds that who stands in has at least: a forecast there must be. */
const leastForLast = 30;

/** How much longer than expected a fit may take. */
const slack = 1.5;

/**
 * Fits the winner on all data. Where it cannot be done, or not in time, the best contender stands in that there still
 * is time for, and the quickest one at last; time for that is kept. Rejects where none of them can be fitted, where the
 * disk is full, and with the signal's reason.
 */
export async function fitInTime(winner: Winner, list: readonly Contender[], work: FinalFit): Promise<Fitted> {
  const others = list.map((contender) => loneWinner(contender, work.growth)).filter(({ id }) => id !== winner.id);
  const quickest = others.toSorted((a, b) => secondsOf(a) - secondsOf(b))[0] ?? work.lastResort;
  const kept = slack * secondsOf(quickest);
  const warnings: Problem[] = [];
  const tried = new Set<string>();
  for (let next = winner, attempt = 0; ; attempt++) {
    const last = next === quickest || attempt > mostAttempts;
    try {
      const seconds = last ? Math.max(leastForLast, work.left()) : Math.max(work.left() / 2, work.left() - kept);
      return { final: await work.fit(next, seconds), warnings };
    } catch (error) {
      work.signal.throwIfAborted();
      if (isDiskFull(error) || (last && next.id === work.lastResort.id)) throw error;
      for (const { candidate } of next.members) tried.add(candidate.id);
      const stands = last
        ? work.lastResort
        : (others.find((other) => !tried.has(other.id) && slack * secondsOf(other) <= work.left() - kept) ?? quickest);
      warnings.push(replaced(next, stands, error));
      next = stands;
    }
  }
}

/** Attempts beyond the first before the quickest contender has to do. */
const mostAttempts = 2;

function secondsOf({ members }: Winner): number {
  return members.reduce((sum, { seconds }) => sum + seconds, 0);
}

function replaced(from: Winner, to: Winner, error: unknown): Problem {
  const name = ({ members }: Winner): string => members.map(({ candidate }) => candidate.title).join(", ");
  return {
    severity: "warning",
    code: "winner-replaced",
    message: `${name(from)} could not be fitted on all data; ${name(to)} makes the forecast. ${error instanceof Error ? error.message : String(error)}`,
    fix: "Raise search.budget, or leave the model out.",
  };
}
