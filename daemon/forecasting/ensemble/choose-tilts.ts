import type { MetricName } from "../../../protocol/experiment/schema.ts";
import type { FoldForecast } from "../evaluation/backtest.ts";
import { allBlocks, type Block, type LossTable, lossTable, mostValues } from "./ensemble-loss.ts";
import { type MemberLosses, measureLosses } from "./member-losses.ts";
import { lossOf, medians } from "./middle.ts";
import { type Tilt, weightAt } from "./tilt.ts";

/** A member of an ensemble whose weight may come to differ by series and step. */
export interface TiltedMember {
  readonly weight: number;
  readonly parts: readonly FoldForecast[];
}

/** Tilts of all members, in their order. */
export interface ChosenTilts {
  /** Learnt on all origins: for the forecast. */
  readonly tilts: readonly Tilt[];
  /** One list an origin, learnt on the others: for judging and calibrating. */
  readonly leftOut: readonly (readonly Tilt[])[];
}

/** How strongly weights go by what members lost: their factors are the losses to the power of minus this. */
interface Strength {
  readonly bySeries: number;
  readonly byPart: number;
}

/** Strengths that are tried, the plain weights first. */
const strengths: readonly Strength[] = [0, 1, 2, 4].flatMap((bySeries) =>
  [0, 1, 2].map((byPart) => ({ bySeries, byPart })),
);

/** Share of the loss that tilted weights must save on origins they were not learnt on: a smaller gain may be luck. */
const margin = 0.0075;

/** Origins without which nothing is left to judge by. */
const fewestOrigins = 3;

/** Origins that count for equal weights beside those of a series. */
const priorOrigins = 1;

/** A member's loss relative to the others' lies between this and its reciprocal: one that was perfect once is not always. */
const mostRatio = 8;

/**
 * Whether the weights of an ensemble's members should differ by series, by part of the horizon, or both, and how. Every strength is
 * judged on each origin by what the others teach; undefined where none saves enough of the loss of the plain weights, or there
 * are fewer than three origins. `middle` is the share of the members' median in the combination.
 */
export function chooseTilts(
  members: readonly TiltedMember[],
  metric: MetricName,
  middle: number,
): ChosenTilts | undefined {
  const { parts } = members[0]!;
  if (parts.length < fewestOrigins || members.length < 2) return undefined;
  const forecasts = members.map((member) => member.parts);
  const sample = sampleOf(parts);
  const table = lossTable(forecasts, metric, sample);
  if (table.actual.length === 0) return undefined;
  const losses = measureLosses(forecasts, metric);
  const weights = members.map(({ weight }) => weight);
  const origins = parts.map((_, origin) => origin);
  const lessons = origins.map((left) =>
    study(
      losses,
      weights,
      origins.filter((origin) => origin !== left),
    ),
  );
  const leftOut = (strength: Strength): Tilt[][] => lessons.map((lesson) => tiltsOf(lesson, losses.ends, strength));
  const centre = { middle, values: medians(table.members) };
  const judged = strengths.map((strength) => ({
    strength,
    loss: tiltedLoss(table, sample, members, leftOut(strength), centre),
  }));
  const { strength, loss } = judged.reduce((least, next) => (next.loss < least.loss ? next : least));
  if (!(loss < (1 - margin) * judged[0]!.loss)) return undefined;
  return { tilts: tiltsOf(study(losses, weights, origins), losses.ends, strength), leftOut: leftOut(strength) };
}

/** Blocks of as many series as can be judged at once, each at all of its origins. */
function sampleOf(parts: readonly FoldForecast[]): Block[] {
  const all = allBlocks(parts);
  const stride = Math.max(1, Math.ceil((all.length * parts[0]!.forecast.horizon) / mostValues));
  return all.filter(({ fold, row }) => parts[fold]!.fold.series[row]! % stride === 0);
}

/** What some origins teach: how much better than elsewhere each member does, by series and by part of the horizon, as logarithms of losses. */
interface Lesson {
  readonly bySeries: readonly Float64Array[];
  readonly byPart: readonly Float64Array[];
}

function study(losses: MemberLosses, weights: readonly number[], origins: readonly number[]): Lesson {
  const known = origins.map((origin) => losses.origins[origin]!);
  const scale = losses.squared ? 0.5 : 1;
  return {
    bySeries: advantages(
      known.map(({ bySeries }) => bySeries),
      weights,
      scale,
    ),
    byPart: advantages(
      known.map(({ byPart }) => byPart),
      weights,
      scale,
    ),
  };
}

/**
 * Advantage of each member in each group of values: minus the logarithm of what it lost there relative to what all members by their weights
 * lost, beyond its mean over the groups, and shrunk towards zero where few origins tell of the group. `origins` holds
 * groups × members losses each; `scale` makes errors of squared ones.
 */
function advantages(origins: readonly Float64Array[], weights: readonly number[], scale: number): Float64Array[] {
  const count = weights.length;
  const groups = origins[0]!.length / count;
  const relative = weights.map(() => new Float64Array(groups));
  const heard = new Int32Array(groups);
  const sums = new Float64Array(count);
  for (let group = 0; group < groups; group++) {
    const own = weights.map((_, member) => origins.reduce((sum, losses) => sum + losses[group * count + member]!, 0));
    const usual = weights.reduce((sum, weight, member) => sum + weight * own[member]!, 0);
    if (!(usual > 0)) continue;
    heard[group] = origins.filter((losses) => losses.subarray(group * count, (group + 1) * count).some(Boolean)).length;
    own.forEach((loss, member) => {
      relative[member]![group] = scale * Math.log(Math.max(1 / mostRatio, Math.min(mostRatio, loss / usual)));
      sums[member]! += relative[member]![group]!;
    });
  }
  const told = heard.reduce((sum, origins) => sum + Math.min(1, origins), 0);
  return relative.map((own, member) =>
    own.map((value, group) => (heard[group]! / (heard[group]! + priorOrigins)) * (sums[member]! / told - value)),
  );
}

function tiltsOf({ bySeries, byPart }: Lesson, ends: readonly number[], strength: Strength): Tilt[] {
  const series = factorsOf(bySeries, strength.bySeries);
  const parts = factorsOf(byPart, strength.byPart);
  return bySeries.map((_, member) => ({
    parts: ends.map((end, part) => ({ end, factor: parts[member]![part] ?? 1 })),
    series: series[member]!,
  }));
}

/** Factors of each member in each group, in hundredths of the most trusted member's; none where the power is zero. */
function factorsOf(advantage: readonly Float64Array[], power: number): Float64Array[] {
  if (power === 0) return advantage.map(() => new Float64Array(0));
  const largest = advantage[0]!.slice();
  for (const own of advantage) {
    for (let group = 0; group < own.length; group++) largest[group] = Math.max(largest[group]!, own[group]!);
  }
  return advantage.map((own) =>
    own.map((value, group) => Math.max(1, Math.round(100 * Math.exp(power * (value - largest[group]!)))) / 100),
  );
}

/** Loss on the sampled blocks when each origin is combined with the tilts that the others taught. */
function tiltedLoss(
  table: LossTable,
  blocks: readonly Block[],
  members: readonly TiltedMember[],
  leftOut: readonly (readonly Tilt[])[],
  { middle, values: medians }: { readonly middle: number; readonly values: Float64Array },
): number {
  const count = table.actual.length;
  const combined = new Float64Array(table.members[0]!.length);
  const totals = new Float64Array(count);
  const { parts } = members[0]!;
  members.forEach(({ weight }, member) => {
    const values = table.members[member]!;
    const weights = leftOut.map((tilts) => weightAt({ weight, tilt: tilts[member] }));
    blocks.forEach(({ fold, row }, block) => {
      const series = parts[fold]!.fold.series[row]!;
      for (let index = table.blockStart[block]!; index < table.blockStart[block + 1]!; index++) {
        const own = weights[fold]!(series, table.steps[index]!);
        totals[index]! += own;
        for (let at = index; at < combined.length; at += count) combined[at]! += own * values[at]!;
      }
    });
  });
  for (let at = 0; at < combined.length; at++) {
    combined[at] = ((1 - middle) * combined[at]!) / totals[at % count]! + middle * medians[at]!;
  }
  return lossOf(table, combined);
}
