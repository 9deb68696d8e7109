import type { Problem } from "../../../protocol/errors.ts";

/** Seconds in words, such as `0.4 s` or `25 s`. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

/** A budget as it is written, such as `90 s`. */
export function budgetText(seconds: number): string {
  return `${Number(seconds.toPrecision(6))} s`;
}

/** Nothing was judged within `budget` seconds, since reading the data took `reading`; its forecast is that of a model that takes no time. */
export function budgetTooSmall(budget: number, reading: number, standsIn: string): Problem {
  return {
    severity: "warning",
    code: "budget-too-small",
    message: `No model finished a backtest within the budget of ${budgetText(budget)}; reading the data alone took ${secondsText(reading)}. ${standsIn} makes the forecast, which nothing judged.`,
    fix: `Raise search.budget to ${budgetText(Math.ceil(2 * Math.max(budget, reading)))} or more.`,
  };
}

/** There was time to explain `explained` of `wanted` series. */
export function explanationsCut(budget: number, explained: number, wanted: number): Problem {
  return {
    severity: "information",
    code: "explanations-cut",
    message: `The budget of ${budgetText(budget)} ended: ${explained} of ${wanted} series are explained.`,
    fix: "Raise search.budget, or leave models that take long to explain, such as networks, out of search.models.",
  };
}

/** There was no time for a single one of `repeats`. */
export function permutationCut(budget: number, repeats: number): Problem {
  return {
    severity: "information",
    code: "permutation-cut",
    message: `The budget of ${budgetText(budget)} ended before the first of ${repeats} repeats of permutation importance.`,
    fix: "Raise search.budget, or leave explain.permutation out.",
  };
}

/** A member of the ensemble is missing; `late` where there was not the time for it. */
export function memberFailed(title: string, reason: string, late: boolean): Problem {
  return {
    severity: "warning",
    code: "member-failed",
    message: `${title} could not be fitted on all data and left the ensemble; the others take its share. ${reason}`,
    ...(late ? { fix: "Raise search.budget, or leave the model out of search.models." } : {}),
  };
}
