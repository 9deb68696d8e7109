import { join } from "node:path";
import { weightAt } from "../../forecasting/ensemble/tilt.ts";
import type { Member, Winner } from "../../forecasting/ensemble/winner.ts";
import { combineAttributions, globalFactors, reconcile } from "../../forecasting/explain/attribution.ts";
import type { FactorPair, RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import type { Attribution } from "../../forecasting/models/forecaster.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import type { FitSurroundings } from "./fit-candidate.ts";
import { type FinalForecast, memberFolder } from "./fit-winner.ts";

/** Series that are explained at most; the largest ones where there are more. */
export const mostExplained = 500;

/** Series explained by one task: a worker answers within seconds and can be stopped between. */
const seriesPerTask = 50;

/** Series of the first tasks, for which there is time of its own: where the budget is used up, one is explained or five rather than none. */
const firstSlices = [1, 4];

/** Seconds for the explanations. */
export interface ExplanationTime {
  /** For all series. */
  readonly seconds: number;
  /** For the first few at least, where the others have none. */
  readonly first: number;
}

/** What became of the explanations; `late` where even the first series took too long. */
export type Explained = RunExplanation | "late" | undefined;

/**
 * Contributions of every factor to the published forecast, of as many series as there is time for; pairs of factors where there is
 * time left. Undefined where no member can explain itself.
 */
export async function explainRun(
  panel: Panel,
  final: FinalForecast,
  winner: Winner,
  directory: string,
  samples: number,
  surroundings: FitSurroundings,
  { seconds, first }: ExplanationTime,
  signal: AbortSignal,
): Promise<Explained> {
  const inTime = endingIn(seconds, signal);
  const firstInTime = endingIn(Math.max(first, seconds), signal);
  const slices = slicesOf(explainedSeries(panel));
  // Workers take tasks in order: all members explain the first series before any of them goes on.
  const answers = await Promise.all(
    slices.map((series, index) =>
      Promise.all(
        final.members.map((member) => {
          const folder = folderOf(member, winner.members, directory);
          const stop = index < firstSlices.length ? firstInTime : inTime;
          return attributeSlice(folder, series, samples, surroundings, signal, stop);
        }),
      ),
    ),
  );
  // Members are combined over the same series: those that all of them had time for.
  const done = answers.filter((slice) => !slice.includes(late));
  if (done.length === 0) return late;
  const parts = final.members.map((member, index) => ({
    member,
    attribution: joined(done.map((slice) => slice[index])),
  }));
  const speaking = parts.flatMap(({ member, attribution }) =>
    attribution === undefined ? [] : [{ attribution, weight: weightAt(member) }],
  );
  if (speaking.length === 0) return undefined;
  const combined = combineAttributions(speaking, winner.middle);
  const pairs = await strongestPairs(
    final.members,
    (member) => folderOf(member, winner.members, directory),
    panel,
    surroundings,
    inTime,
  ).catch((error: unknown) => {
    if (signal.aborted || !inTime.aborted) throw error;
    return [];
  });
  const attribution = reconcile(combined, final.forecast, surroundings.settings.fit.bounds);
  return {
    attribution,
    global: globalFactors(attribution, (factor, row, step) => factorValue(panel, attribution, factor, row, step)),
    silent: parts.filter((part) => part.attribution === undefined).map(({ member }) => member),
    interactions: pairs,
    permutation: [],
  };
}

function folderOf(member: Member, winnerMembers: readonly Member[], directory: string): string {
  const index = winnerMembers.findIndex(({ candidate }) => candidate.id === member.candidate.id);
  return join(directory, memberFolder(index, member.candidate));
}

/** Series whose interactions are averaged at most, and pairs that are told. */
const mostInteracting = 40;
const mostPairs = 12;

/** Pairs of factors by the mean size of their interaction in the published forecast, as far as members can tell it. */
async function strongestPairs(
  members: readonly Member[],
  folderFor: (member: Member) => string,
  panel: Panel,
  { pool, snapshot, settings }: FitSurroundings,
  signal: AbortSignal,
): Promise<FactorPair[]> {
  const all = explainedSeries(panel);
  const count = Math.min(mostInteracting, all.length);
  const series = Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
  const total = members.reduce((sum, { share }) => sum + share, 0);
  const sizes = new Map<string, FactorPair>();
  for (const member of members) {
    const task = {
      kind: "interact",
      snapshot,
      directory: folderFor(member),
      settings: settings.fit,
      series,
      samples: 1,
    } as const;
    const { interactions } = await pool.run(task, { signal });
    interactions?.factors.forEach((a, row) => {
      interactions.factors.slice(0, row).forEach((b, column) => {
        const share = (member.share / total) * interactions.meanAbs[row * interactions.factors.length + column]!;
        const key = JSON.stringify([b, a]);
        sizes.set(key, { factors: [b, a], meanAbs: (sizes.get(key)?.meanAbs ?? 0) + share });
      });
    });
  }
  return [...sizes.values()]
    .filter(({ meanAbs }) => meanAbs > 0)
    .sort((a, b) => b.meanAbs - a.meanAbs)
    .slice(0, mostPairs);
}

/** The value a factor has at a forecast step: that of a numeric known or static covariate, NaN otherwise. */
export function factorValue(panel: Panel, attribution: Attribution, factor: string, row: number, step: number): number {
  const series = attribution.series[row]!;
  const known = panel.known.find(({ name }) => name === factor);
  if (known !== undefined) {
    if (known.categories !== undefined) return Number.NaN;
    const gap = panel.futureSteps - attribution.horizon;
    return known.values[panel.offsets[series]! + panel.history[series]! + gap + step]!;
  }
  const fixed = panel.static.find(({ name }) => name === factor);
  return fixed === undefined || fixed.categories !== undefined ? Number.NaN : fixed.values[series]!;
}

function explainedSeries(panel: Panel): number[] {
  const all = Array.from({ length: seriesCount(panel) }, (_, index) => index);
  if (all.length <= mostExplained) return all;
  const size = all.map((index) => recentSize(panel, index));
  return all
    .sort((a, b) => size[b]! - size[a]!)
    .slice(0, mostExplained)
    .sort((a, b) => a - b);
}

/** Mean absolute target over the last steps: what “large” means. */
function recentSize(panel: Panel, index: number): number {
  const end = panel.offsets[index]! + panel.history[index]!;
  let sum = 0;
  for (let row = Math.max(panel.offsets[index]!, end - 28); row < end; row++) sum += Math.abs(panel.target[row]!) || 0;
  return sum;
}

/** Stands for the attribution of a slice that there was no time for. */
const late = "late";

function endingIn(seconds: number, signal: AbortSignal): AbortSignal {
  const end = seconds > 0 ? AbortSignal.timeout(Math.ceil(seconds * 1000)) : AbortSignal.abort();
  return AbortSignal.any([signal, end]);
}

/** A few series first, then slices of equal size. */
function slicesOf(series: readonly number[]): number[][] {
  const slices: number[][] = [];
  for (let from = 0; from < series.length; from += slices.at(-1)!.length) {
    slices.push(series.slice(from, from + (firstSlices[slices.length] ?? seriesPerTask)));
  }
  return slices;
}

/** Attribution of a slice by one member: undefined where it cannot tell, `late` where the time ended before. */
async function attributeSlice(
  directory: string,
  series: readonly number[],
  samples: number,
  { pool, snapshot, settings }: FitSurroundings,
  signal: AbortSignal,
  inTime: AbortSignal,
): Promise<Attribution | undefined | typeof late> {
  const task = { kind: "attribute", snapshot, directory, settings: settings.fit, series, samples } as const;
  try {
    return (await pool.run(task, { signal: inTime })).attribution;
  } catch (error) {
    if (signal.aborted || !inTime.aborted) throw error;
    return late;
  }
}

/** Attributions of successive slices as one; undefined where the member cannot explain itself. */
function joined(parts: readonly (Attribution | undefined | typeof late)[]): Attribution | undefined {
  const known = parts.filter((part) => part !== undefined && part !== late);
  return known.length < parts.length ? undefined : concatenate(known);
}

/** Attributions of successive series as one; factors may differ from part to part. */
function concatenate(parts: readonly Attribution[]): Attribution {
  const factors = [...new Set(parts.flatMap((part) => part.factors))];
  const series = parts.flatMap((part) => part.series);
  const { horizon } = parts[0]!;
  const baseline = new Float64Array(series.length * horizon);
  const contributions = new Float64Array(baseline.length * factors.length);
  const standardError = new Float64Array(contributions.length);
  let cell = 0;
  for (const part of parts) {
    baseline.set(part.baseline, cell);
    const columns = part.factors.map((factor) => factors.indexOf(factor));
    for (let own = 0; own < part.baseline.length; own++, cell++) {
      columns.forEach((column, index) => {
        contributions[cell * factors.length + column] = part.contributions[own * columns.length + index]!;
        standardError[cell * factors.length + column] = part.standardError?.[own * columns.length + index] ?? 0;
      });
    }
  }
  const exact = parts.every((part) => part.exact);
  return { factors, series, horizon, baseline, contributions, exact, ...(exact ? {} : { standardError }) };
}
