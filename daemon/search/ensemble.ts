import type { MetricName } from "../../protocol/experiment/schema.ts";
import type { FoldForecast } from "../evaluation/backtest.ts";
import { uniformStream } from "../models/numerics/random.ts";
import { combine } from "./combine.ts";
import { blockLosses, type LossTable, lossTable } from "./ensemble-loss.ts";

/** A candidate's out-of-fold forecasts; every member covers the same folds in the same order. */
export interface EnsembleMember {
  readonly id: string;
  readonly parts: readonly FoldForecast[];
}

export interface Ensemble {
  /** Shares by candidate, largest first, summing to 1. */
  readonly weights: ReadonlyMap<string, number>;
  /** The combination's out-of-fold forecasts. */
  readonly parts: readonly FoldForecast[];
}

/** Bootstrap samples over which weights are averaged: few windows would else let chance pick the members. */
const bags = 10;

/** Additions per bag: weights in a bag are multiples of its reciprocal. */
const rounds = 15;

/** Members that the final combination keeps, by weight: every one has to be fitted again on all data. */
const mostMembers = 5;

/** Smallest share a member keeps. */
const leastShare = 0.05;

/**
 * Bagged greedy ensemble selection with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes 2004; bagging as in their
 * 2006 paper) on out-of-fold forecasts. Blocks of one series at one origin are resampled. Undefined where no combination
 * of several members comes out.
 */
export function selectEnsemble(
  members: readonly EnsembleMember[],
  metric: MetricName,
  seed: number,
): Ensemble | undefined {
  if (members.length < 2) return undefined;
  const table = lossTable(
    members.map(({ parts }) => parts),
    metric,
  );
  if (table.actual.length === 0) return undefined;
  const random = uniformStream(seed);
  const shares = new Float64Array(members.length);
  for (let bag = 0; bag < bags; bag++) addBag(table, resample(table.blocks, random), shares);
  const weights = prune(members, shares);
  if (weights.size < 2) return undefined;
  return { weights, parts: combineParts(members, weights) };
}

/** How often each block is drawn in a bootstrap sample. */
function resample(blocks: number, random: () => number): Float64Array {
  const counts = new Float64Array(blocks);
  for (let draw = 0; draw < blocks; draw++) counts[Math.floor(random() * blocks)]! += 1;
  return counts;
}

function addBag(table: LossTable, counts: Float64Array, shares: Float64Array): void {
  const size = table.members[0]!.length;
  const sum = new Float64Array(size);
  const trial = new Float64Array(size);
  const losses = new Float64Array(table.blocks);
  for (let round = 0; round < rounds; round++) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    table.members.forEach((member, index) => {
      for (let i = 0; i < size; i++) trial[i] = (sum[i]! + member[i]!) / (round + 1);
      blockLosses(table, trial, losses);
      let total = 0;
      for (let block = 0; block < table.blocks; block++) total += counts[block]! * losses[block]!;
      if (total < least) [best, least] = [index, total];
    });
    if (best < 0) return;
    const member = table.members[best]!;
    for (let i = 0; i < size; i++) sum[i]! += member[i]!;
    shares[best]! += 1 / (rounds * bags);
  }
}

function prune(members: readonly EnsembleMember[], shares: Float64Array): Map<string, number> {
  const kept = members
    .map(({ id }, index) => [id, shares[index]!] as const)
    .filter(([, share]) => share >= leastShare)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostMembers);
  const total = kept.reduce((sum, [, share]) => sum + share, 0);
  return new Map(kept.map(([id, share]) => [id, share / total]));
}

function combineParts(members: readonly EnsembleMember[], weights: ReadonlyMap<string, number>): FoldForecast[] {
  const chosen = members.filter(({ id }) => weights.has(id));
  return chosen[0]!.parts.map(({ fold }, index) => ({
    fold,
    forecast: combine(chosen.map(({ id, parts }) => ({ forecast: parts[index]!.forecast, weight: weights.get(id)! }))),
  }));
}
