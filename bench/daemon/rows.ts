import type { BenchRow } from "../result.ts";

type More = Record<string, string | number>;

/** A row about something that shall stay below a limit: the ratio is limit over measurement. */
export function below(what: string, measured: number, limit: number, unit: string, more: More = {}): BenchRow {
  return { ratio: limit / measured, what, measured, promise: limit, unit, ...more };
}

/** A row about something that shall reach a rate: the ratio is measurement over promise. */
export function above(what: string, measured: number, promise: number, unit: string, more: More = {}): BenchRow {
  return { ratio: measured / promise, what, measured, promise, unit, ...more };
}
