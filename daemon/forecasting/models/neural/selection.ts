import type * as engine from "../../../engine/index.ts";
import { averaged, lastWindows, windowFeeds } from "./inference.ts";
import type { NetworkShape, SelectingNetwork } from "./network.ts";
import type { Windows } from "./windows.ts";

/** Variables that share a softmax: their weights add up to 1. */
export interface SelectionGroup {
  readonly name: string;
  readonly variables: readonly string[];
}

/** How a network weighs its variables. */
export interface Selection<Options> {
  readonly network: SelectingNetwork<Options>;
  /** What the columns of the output `selection` are, group after group. */
  readonly groups: (shape: NetworkShape) => readonly SelectionGroup[];
}

/** Windows that the weights are averaged over at most. */
const mostWindows = 256;

/** Variables a group is shown with at most. */
const shown = 5;

/** Weights of the selected variables in the last windows of a panel, averaged over exported networks, as a sentence. */
export async function selectionNote(
  groups: readonly SelectionGroup[],
  sessions: readonly engine.Session[],
  windows: Windows,
  shape: NetworkShape,
): Promise<string> {
  const all = windows.source.history.length;
  const count = Math.min(mostWindows, all);
  const series = Array.from({ length: count }, (_, index) => Math.floor((index * all) / count));
  const { arrays } = lastWindows(windows, shape, series);
  const width = groups.reduce((sum, { variables }) => sum + variables.length, 0);
  const weights = await averaged(sessions, "selection", count * width, windowFeeds(shape, arrays, count));
  let from = 0;
  const parts = groups.map(({ name, variables }) => {
    const means = variables.map((variable, index) => ({
      variable,
      weight: meanOfColumn(weights, width, from + index),
    }));
    from += variables.length;
    const greatest = means.sort((a, b) => b.weight - a.weight).slice(0, shown);
    return `${name}: ${greatest.map(({ variable, weight }) => `${variable} ${Math.round(100 * weight)} %`).join(", ")}`;
  });
  return `Selection. ${parts.join("; ")}.`;
}

function meanOfColumn(values: Float32Array, width: number, column: number): number {
  let sum = 0;
  for (let at = column; at < values.length; at += width) sum += values[at]!;
  return (sum * width) / values.length;
}
