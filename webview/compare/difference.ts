import { unpackColumn } from "../../protocol/column.ts";
import type { CompareDocument } from "../../protocol/pages.ts";
import { seriesName } from "../shared/series.ts";

/** A setting that is not the same in all runs; `undefined` where a run does not have it. */
export interface SettingDifference {
  /** Keys joined by dots, such as `search.models`. */
  readonly path: string;
  readonly values: readonly (string | undefined)[];
}

/** Settings that differ between runs, in the order they occur. Lists are compared as a whole. */
export function settingDifferences(settings: readonly Readonly<Record<string, unknown>>[]): SettingDifference[] {
  const flat = settings.map((each) => new Map(leaves(each, "")));
  const paths = [...new Set(flat.flatMap((leaf) => [...leaf.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((leaf) => leaf.get(path)) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== "object" || value === null) return value === undefined ? [] : [[path, String(value)]];
  if (Array.isArray(value)) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, path === "" ? key : `${path}.${key}`));
}

/** Series that two runs have in common, with the error of each. */
export interface SharedSeries {
  readonly names: readonly string[];
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** Errors of the series that both runs forecast, by name. */
export function sharedSeries(
  first: CompareDocument[number]["summary"],
  second: CompareDocument[number]["summary"],
): SharedSeries {
  const others = new Map(second.series.keys.map((_, index) => [seriesName(second, index), index]));
  const errors = [unpackColumn(first.series.error), unpackColumn(second.series.error)] as const;
  const pairs = first.series.keys.flatMap((_, index) => {
    const name = seriesName(first, index);
    const other = others.get(name);
    return other === undefined ? [] : [{ name, first: errors[0][index]!, second: errors[1][other]! }];
  });
  return {
    names: pairs.map(({ name }) => name),
    first: pairs.map((pair) => pair.first),
    second: pairs.map((pair) => pair.second),
  };
}

/** On how many shared series each run has the smaller error; equal and undefined ones count for neither. */
export function wins({ first, second }: SharedSeries): { readonly first: number; readonly second: number } {
  const count = (a: readonly number[], b: readonly number[]) => a.filter((value, index) => value < b[index]!).length;
  return { first: count(first, second), second: count(second, first) };
}

/** Names for runs that a reader can tell apart: the experiment, with a number where it occurs twice. */
export function runNames(documents: CompareDocument): string[] {
  const names = documents.map(({ summary }) => summary.experiment.name);
  return names.map((name, index) => {
    const same = names.filter((other) => other === name).length;
    return same === 1 ? name : `${name} #${names.slice(0, index + 1).filter((other) => other === name).length}`;
  });
}

/** Why two scores may not be put side by side, one sentence; nothing where they may. */
export function incomparable(documents: CompareDocument): string | undefined {
  const differs = (value: (summary: CompareDocument[number]["summary"]) => unknown) =>
    new Set(documents.map(({ summary }) => JSON.stringify(value(summary)))).size > 1;
  if (differs(({ experiment }) => experiment.metric)) return "The runs were selected by different metrics.";
  if (differs(({ run }) => run.fingerprint)) return "The runs read different data.";
  if (differs(({ experiment }) => [experiment.horizon, experiment.gap])) return "The runs forecast different horizons.";
  const winnerWindows = ({ leaderboard, winner }: CompareDocument[number]["summary"]) =>
    leaderboard.find(({ model }) => model === winner)?.windows;
  if (differs(winnerWindows)) return "The winners were scored on different numbers of backtest windows.";
  return undefined;
}
