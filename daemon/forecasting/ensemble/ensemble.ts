import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { FoldForecast } from "../evaluation/backtest.ts";
import { uniformStream } from "../numerics/random.ts";
import { type ChosenTilts, chooseTilts, type TiltedMember } from "./choose-tilts.ts";
import { averageShares, combine } from "./combine.ts";
import { blockLosses, type LossTable, lossTable } from "./ensemble-loss.ts";
import { chooseMiddle } from "./middle.ts";
import type { Tilt } from "./tilt.ts";

/** A candidate's out-of-fold forecasts; every member covers the same folds in the same order. */
export interface EnsembleMember {
  readonly id: string;
  readonly parts: readonly FoldForecast[];
  /** Seconds its fit on all data is expected to take. */
  readonly seconds: number;
}

export interface Ensemble {
  /** Weights by candidate, largest first, summing to 1. */
  readonly weights: ReadonlyMap<string, number>;
  /** How weights differ by series and step, by candidate; empty where they do not. */
  readonly tilts: ReadonlyMap<string, Tilt>;
  /** Share of the members' median in every value; their weighted average is the rest. */
  readonly middle: number;
  /** Mean over series and steps of each candidate's share in the combination. */
  readonly shares: ReadonlyMap<string, number>;
  /** The combination's out-of-fold forecasts, each origin with tilts that the others taught. */
  readonly parts: readonly FoldForecast[];
}

/** Bags over which weights are averaged: few windows would else let chance pick the members. */
const bags = 24;

/** Share of the candidates that a bag may choose from: without it every bag leans on the same lucky ones. */
const candidateShare = 0.4;

/** Additions per bag: weights in a bag are multiples of its reciprocal. */
const rounds = 8;

/** A bag counts by its loss on everything, relative to the best bag's, to the power of minus this: bags that lack a much better candidate count for little. */
const lossPower = 12;

/** Members that the final combination keeps, by weight: every one has to be fitted again on all data. */
const mostMembers = 8;

/** Smallest share a member keeps. */
const leastShare = 0.03;

/**
 * Bagged greedy ensemble selection with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes 2004; bags of some of the
 * candidates as in their 2006 paper) on out-of-fold forecasts. Blocks of one series at one origin are resampled. Members
 * whose fits do not go into `seconds` together are left out, the lighter ones first. The weights may come to differ by series and step;
 * half of the combination is the median of its members. Undefined where no combination of several members comes out.
 */
export function selectEnsemble(
  members: readonly EnsembleMember[],
  metric: MetricName,
  seed: number,
  seconds: number,
): Ensemble | undefined {
  if (members.length < 2) return undefined;
  const table = lossTable(
    members.map(({ parts }) => parts),
    metric,
  );
  if (table.actual.length === 0) return undefined;
  const random = uniformStream(seed);
  const found = Array.from({ length: bags }, () =>
    fillBag(table, resample(table.blocks, random), draw(members.length, random)),
  );
  const weights = prune(members, averageBags(found), seconds);
  if (weights.size < 2) return undefined;
  const chosen = Array.from(weights, ([id, weight]) => ({
    weight,
    parts: members.find((one) => one.id === id)!.parts,
  }));
  const middle = chooseMiddle(
    table,
    members.map(({ id }) => weights.get(id) ?? 0),
  );
  const tilted = chooseTilts(chosen, metric, middle);
  const ids = [...weights.keys()];
  const { fold } = chosen[0]!.parts[0]!;
  const latest = chosen.map(({ weight, parts }, index) => ({
    forecast: parts[0]!.forecast,
    weight,
    tilt: tilted?.tilts[index],
  }));
  const shares = averageShares(latest, { middle, series: fold.series });
  return {
    weights,
    tilts: new Map(tilted?.tilts.map((tilt, index) => [ids[index]!, tilt])),
    middle,
    shares: new Map(shares.map((share, index) => [ids[index]!, share])),
    parts: combineParts(chosen, tilted, middle),
  };
}

/** How often each block is drawn in a bootstrap sample. */
function resample(blocks: number, random: () => number): Float64Array {
  const counts = new Float64Array(blocks);
  for (let draw = 0; draw < blocks; draw++) counts[Math.floor(random() * blocks)]! += 1;
  return counts;
}

/** The candidates a bag may choose from: each with the same chance, the first where none is drawn. */
function draw(candidates: number, random: () => number): number[] {
  const drawn = Array.from({ length: candidates }, (_, index) => index).filter(() => random() < candidateShare);
  return drawn.length > 0 ? drawn : [0];
}

interface Bag {
  /** Share of each candidate. */
  readonly shares: Float64Array;
  /** Loss on all blocks, each once. */
  readonly loss: number;
}

function fillBag(table: LossTable, counts: Float64Array, candidates: readonly number[]): Bag {
  const size = table.members[0]!.length;
  const shares = new Float64Array(table.members.length);
  const sum = new Float64Array(size);
  const trial = new Float64Array(size);
  const losses = new Float64Array(table.blocks);
  for (let round = 0; round < rounds; round++) {
    let best = candidates[0]!;
    let least = Number.POSITIVE_INFINITY;
    for (const index of candidates) {
      const member = table.members[index]!;
      for (let i = 0; i < size; i++) trial[i] = (sum[i]! + member[i]!) / (round + 1);
      blockLosses(table, trial, losses);
      let total = 0;
      for (let block = 0; block < table.blocks; block++) total += counts[block]! * losses[block]!;
      if (total < least) [best, least] = [index, total];
    }
    const member = table.members[best]!;
    for (let i = 0; i < size; i++) sum[i]! += member[i]!;
    shares[best]! += 1 / rounds;
  }
  for (let i = 0; i < size; i++) trial[i] = sum[i]! / rounds;
  blockLosses(table, trial, losses);
  return { shares, loss: losses.reduce((total, loss) => total + loss, 0) };
}

/** Mean of the bags' shares, weighted by how well each bag does. */
function averageBags(found: readonly Bag[]): Float64Array {
  const least = Math.min(...found.map(({ loss }) => loss));
  const shares = new Float64Array(found[0]!.shares.length);
  for (const bag of found) {
    const weight = bag.loss > 0 ? (least / bag.loss) ** lossPower : 1;
    bag.shares.forEach((share, index) => {
      shares[index]! += weight * share;
    });
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

function prune(members: readonly EnsembleMember[], shares: Float64Array, seconds: number): Map<string, number> {
  let left = seconds;
  const kept = members
    .map((member, index) => ({ member, share: shares[index]! }))
    .filter(({ share }) => share >= leastShare)
    .sort((a, b) => b.share - a.share)
    .filter(({ member }, index) => {
      const fits = index === 0 || member.seconds <= left;
      if (fits) left -= member.seconds;
      return fits;
    })
    .slice(0, mostMembers)
    .map(({ member, share }) => [member.id, share] as const);
  const total = kept.reduce((sum, [, share]) => sum + share, 0);
  return new Map(kept.map(([id, share]) => [id, share / total]));
}

function combineParts(
  members: readonly TiltedMember[],
  tilted: ChosenTilts | undefined,
  middle: number,
): FoldForecast[] {
  return members[0]!.parts.map(({ fold }, origin) => {
    const weighted = members.map(({ weight, parts }, index) => ({
      forecast: parts[origin]!.forecast,
      weight,
      tilt: tilted?.leftOut[origin]?.[index],
    }));
    return { fold, forecast: combine(weighted, { middle, series: fold.series }) };
  });
}
