import { weightAt } from "../../forecasting/ensemble/tilt.ts";
import { combineAttributions, globalFactors, reconcile } from "../../forecasting/explain/attribution.ts";
import { concatenateAttributions } from "../../forecasting/explain/concatenate-attributions.ts";
import { factorValue } from "../../forecasting/explain/factor-value.ts";
import type { RunExplanation } from "../../forecasting/explain/run-explanation.ts";
import type { Attribution } from "../../forecasting/models/forecaster.ts";
import type { FinalForecast, FittedMember } from "./fit-winner.ts";
import { largestSeries } from "./largest-series.ts";
import { memberTask } from "./member-task.ts";
import type { TaskContext } from "./run-context.ts";
import { strongestPairs } from "./strongest-pairs.ts";

/** Series that are explained at most; the largest ones if there are more. */
export const mostExplained = 500;

/** Series explained by one task: a worker answers within seconds and can be stopped between. */
const seriesPerTask = 50;

/**
 * Series of the first tasks, which have time of their own: if the budget is used up, one or five series are explained.
 */
const firstSlices = [1, 4];

/** How exact explanations are, and the seconds for them. */
export interface ExplanationOptions {
  readonly samples: number;
  /** For all series. */
  readonly seconds: number;
  /** For the first few at least, if there are none for the others. */
  readonly first: number;
}

/**
 * The explanation of a forecast; `late` if even the first series took too long, undefined if no member can explain
 * itself.
 */
export type Explained = RunExplanation | "late" | undefined;

/**
 * Contributions of every factor to the published forecast, of as many series as the time suffices for; pairs of factors
 * if time is left. Rejects with the signal's reason when the run is aborted.
 */
export async function explainForecast(
  context: TaskContext,
  final: FinalForecast,
  options: ExplanationOptions,
): Promise<Explained> {
  const { panel, signal, settings } = context;
  const series = largestSeries(panel, mostExplained);
  const inTime = endingIn(options.seconds, signal);
  const firstInTime = endingIn(Math.max(options.first, options.seconds), signal);
  const slices = slicesOf(series).map((slice, index) => ({
    series: slice,
    samples: options.samples,
    end: index < firstSlices.length ? firstInTime : inTime,
  }));
  const parts = await attributeMembers(context, final.members, slices);
  if (parts === late) return late;
  const speaking = parts.flatMap(({ member, attribution }) =>
    attribution === undefined ? [] : [{ attribution, weight: weightAt(member) }],
  );
  if (speaking.length === 0) return undefined;
  const combined = combineAttributions(speaking, final.winner.middle);
  const interactions = await strongestPairs(context, { members: final.members, series, end: inTime });
  const attribution = reconcile(combined, final.forecast, settings.fit.bounds);
  return {
    attribution,
    global: globalFactors(attribution, (factor, row, step) => factorValue(panel, attribution, factor, row, step)),
    silent: parts.filter((part) => part.attribution === undefined).map(({ member }) => member),
    interactions,
    permutation: [],
  };
}

/** Stands for the attribution of a slice that the time did not suffice for. */
const late = "late";

/** Some series to explain, and the signal that ends their time. */
interface Slice {
  readonly series: readonly number[];
  readonly samples: number;
  readonly end: AbortSignal;
}

/**
 * The attribution of each member over the series that all members had time for; undefined if the member cannot explain
 * itself. `late` if the time did not suffice for any series.
 */
async function attributeMembers(
  context: TaskContext,
  members: readonly FittedMember[],
  slices: readonly Slice[],
): Promise<{ member: FittedMember; attribution: Attribution | undefined }[] | typeof late> {
  // Workers take tasks in order: all members explain the first series before any of them continues.
  const answers = await Promise.all(
    slices.map((slice) => Promise.all(members.map((member) => attributeSlice(context, member, slice)))),
  );
  const done = answers.filter((slice) => !slice.includes(late));
  if (done.length === 0) return late;
  return members.map((member, index) => ({ member, attribution: joined(done.map((slice) => slice[index])) }));
}

/** Attribution of a slice by one member: undefined if it cannot explain itself, `late` if the time ended before. */
async function attributeSlice(
  context: TaskContext,
  member: FittedMember,
  { series, samples, end }: Slice,
): Promise<Attribution | undefined | typeof late> {
  const task = { kind: "attribute", ...memberTask(context, member), series, samples } as const;
  try {
    return (await context.pool.run(task, { signal: end })).attribution;
  } catch (error) {
    if (context.signal.aborted || !end.aborted) throw error;
    return late;
  }
}

/** Attributions of successive slices as one; undefined if the member cannot explain itself. */
function joined(parts: readonly (Attribution | undefined | typeof late)[]): Attribution | undefined {
  const known = parts.filter((part) => part !== undefined && part !== late);
  return known.length < parts.length ? undefined : concatenateAttributions(known);
}

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
