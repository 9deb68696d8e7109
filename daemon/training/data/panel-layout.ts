import type { Aggregation } from "../../../protocol/aggregates.ts";
import type { Problem } from "../../../protocol/errors.ts";
import { type Grid, maximumRows, RowProblem } from "./grid.ts";
import type { DataRequest } from "./request.ts";

/** One column as read: numbers or category codes, a value a source row. */
export interface RawColumn {
  readonly name: string;
  values: Float64Array;
  readonly categories?: readonly string[];
}

/** All columns of a source in row order. The arrays are given up to the panel one by one to save memory. */
export interface RawRows {
  /** Times have an offset, so they say nothing of local days. */
  readonly instants?: boolean;
  readonly time: Float64Array;
  readonly target: Float64Array;
  readonly keys: readonly RawColumn[];
  readonly known: readonly RawColumn[];
  readonly observed: readonly RawColumn[];
  readonly static: readonly RawColumn[];
}

/** Where the rows of each series lie in a panel. */
export interface Layout {
  /** Series that have a target, in panel order, as numbers of the index. */
  readonly order: readonly number[];
  /** Panel series of each index number, -1 where dropped. */
  readonly seriesOf: Int32Array;
  readonly offsets: Int32Array;
  readonly history: Int32Array;
  readonly total: number;
}

/** What the columns of a panel are made with. */
export interface Context {
  readonly grid: Grid;
  readonly layout: Layout;
  /** Time of every row of the panel, in milliseconds. */
  readonly time: Float64Array;
  /** Key values of a series of the panel, for messages. */
  readonly nameOf: (series: number) => string;
  readonly request: DataRequest;
  /** Place in the panel of each source row, -1 where it has none. */
  readonly places: Int32Array;
  /** Whether several rows share a step. */
  readonly shared: Aggregation | undefined;
  readonly warnings: Problem[];
}

/** Lays the series of a grid one after the other, each with its window. Throws a RowProblem if they are too many rows. */
export function layoutOf(grid: Grid, futureSteps: number): Layout {
  const order: number[] = [];
  const seriesOf = new Int32Array(grid.starts.length).fill(-1);
  let total = 0;
  for (let id = 0; id < grid.starts.length; id++) {
    if (Number.isNaN(grid.starts[id]!)) continue;
    seriesOf[id] = order.length;
    order.push(id);
    total += grid.history[id]! + futureSteps;
  }
  if (total > maximumRows) throw new RowProblem("too-many-steps", [], String(total), grid.frequency);
  const offsets = new Int32Array(order.length + 1);
  const history = Int32Array.from(order, (id) => grid.history[id]!);
  history.forEach((length, series) => {
    offsets[series + 1] = offsets[series]! + length + futureSteps;
  });
  return { order, seriesOf, offsets, history, total };
}
