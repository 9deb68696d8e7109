import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import type { Contender } from "./winner.ts";

/**
 * Contenders that an ensemble may choose from, of contenders on the same origins, best first: each model as it is, and its best other set of hyperparameters where that is clearly better: of two dozen sets some are better on a few
 * origins by luck, and by number alone they would outweigh every other kind.
 */
export function ensemblePeers(
  sorted: readonly Contender[],
  metric: MetricName,
  levels: readonly number[],
): Contender[] {
  const plain = sorted.filter(({ trial: { candidate } }) => candidate.id === candidate.model);
  return sorted.filter((contender) => {
    const { model } = contender.trial.candidate;
    const base = plain.find(({ trial }) => trial.candidate.model === model);
    if (base === undefined || base === contender) return true;
    const best = sorted.find(({ trial }) => trial.candidate.model === model);
    return contender === best && isClearlyBetter(contender, base, metric, levels);
  });
}

/** By how much, and on what share of the origins, a set of hyperparameters has to be better than the model as it is. */
const [clearMargin, clearShare] = [0.02, 2 / 3];

function isClearlyBetter(one: Contender, base: Contender, metric: MetricName, levels: readonly number[]): boolean {
  const scoreOf = (part: FoldForecast): number => selectionScore(scoreBacktest([part], levels), metric);
  const wins = one.parts.filter((part, index) => scoreOf(part) < scoreOf(base.parts[index]!)).length;
  return one.score <= (1 - clearMargin) * base.score && wins >= clearShare * one.parts.length;
}
