import { packColumn, unpackColumn } from "./column.ts";
import type { ReportAxis } from "./report.ts";

/** The smallest axis that holds `times` (milliseconds, ascending): a rule where steps are even, else a column. */
export function packAxis(times: ArrayLike<number>): ReportAxis {
  const start = times[0] ?? 0;
  const step = times.length > 1 ? times[1]! - start : 1;
  for (let i = 1; i < times.length; i++) {
    if (times[i] !== start + i * step) return { times: packColumn(times) };
  }
  return { start, step, length: times.length };
}

/** Milliseconds of every step of an axis. */
export function unpackAxis(axis: ReportAxis): Float64Array {
  if ("times" in axis) return Float64Array.from(unpackColumn(axis.times));
  return Float64Array.from({ length: axis.length }, (_, index) => axis.start + index * axis.step);
}
