import { unpackColumn } from "../../protocol/column.ts";
import type { Explanations } from "../../protocol/report.ts";
import type { FactorPoint } from "../charts/swarm.ts";
import type { Breakdown } from "../charts/waterfall.ts";
import { rowsOf } from "./series.ts";

/** Contributions of one series over its forecast window. */
export interface ExplainedSeries {
  readonly series: number;
  readonly baseline: ArrayLike<number>;
  /** A row a step, a value a factor. */
  readonly contributions: readonly ArrayLike<number>[];
  /** What the factors were, same shape. */
  readonly values: readonly ArrayLike<number>[] | undefined;
  /** Of the contributions, same shape, where they are sampled. */
  readonly errors: readonly ArrayLike<number>[] | undefined;
}

/** Decodes every explained series. */
export function explainedSeries(explanations: Explanations): ExplainedSeries[] {
  const width = explanations.factors.length;
  return explanations.series.map(({ series, baseline, contributions, values, standardError }) => ({
    series,
    baseline: unpackColumn(baseline),
    contributions: rowsOf(unpackColumn(contributions), width),
    values: values === undefined ? undefined : rowsOf(unpackColumn(values), width),
    errors: standardError === undefined ? undefined : rowsOf(unpackColumn(standardError), width),
  }));
}

/** The build-up of one step of one series. */
export function breakdownOf(explanations: Explanations, series: ExplainedSeries, step: number): Breakdown {
  return {
    factors: explanations.factors,
    baseline: series.baseline[step]!,
    contributions: Array.from(series.contributions[step] ?? []),
  };
}

/** Contributions with a row a factor, largest factors first. */
export function byFactor(explanations: Explanations, series: ExplainedSeries): { factors: string[]; rows: number[][] } {
  const rows = explanations.factors.map((factor, column) => ({
    factor,
    row: series.contributions.map((step) => step[column]!),
  }));
  const size = (row: readonly number[]) => row.reduce((sum, value) => sum + Math.abs(value), 0);
  rows.sort((a, b) => size(b.row) - size(a.row));
  return { factors: rows.map(({ factor }) => factor), rows: rows.map(({ row }) => row) };
}

/** Every explained forecast of one factor, at most `limit` of them evenly chosen. */
export function factorPoints(all: readonly ExplainedSeries[], column: number, limit: number): FactorPoint[] {
  const points = all.flatMap(({ contributions, values }) =>
    contributions.map((row, step) => ({ value: values?.[step]?.[column] ?? Number.NaN, contribution: row[column]! })),
  );
  const stride = Math.max(1, Math.ceil(points.length / limit));
  return points.filter((_, index) => index % stride === 0);
}
