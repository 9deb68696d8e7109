import type { Columns } from "./arma-filter.ts";
import type { ArimaOrder } from "./order.ts";
import { difference } from "./polynomial.ts";

/** A regression with ARMA errors on differenced data: the response, then orthonormal regressors. */
export interface Design {
  /** Response in column 0, divided by `scale`; then one column a kept regressor. */
  readonly columns: Columns;
  readonly scale: number;
  /** Whether column 1 comes from a constant in the differenced data (the mean, or the drift). */
  readonly constant: boolean;
  /** Regressors that were kept; the others are constant or follow from those before them. */
  readonly kept: readonly number[];
  /** Upper triangle of the orthogonalisation, kept × kept (the constant first where there is one), row-major. */
  readonly triangle: Float64Array;
}

/** A regressor whose part orthogonal to those before it is smaller than this share of it counts as collinear. */
const collinear = 1e-6;

/**
 * Differences response and regressors and makes the regressors orthonormal (modified Gram–Schmidt, twice), so that estimation is
 * indifferent to their scales; collinear ones are left out.
 */
export function designOf(
  response: Float64Array,
  regressors: readonly Float64Array[],
  order: Pick<ArimaOrder, "d" | "D" | "season">,
  constant: boolean,
): Design {
  const y = difference(response, order);
  const length = y.length;
  const raw = regressors.map((values) => difference(values, order));
  if (constant) raw.unshift(new Float64Array(length).fill(1));
  const basis: Float64Array[] = [];
  const rows: Float64Array[] = [];
  const kept: number[] = [];
  raw.forEach((values, index) => {
    const projected = project(values, basis);
    if (projected === undefined || basis.length >= Math.max(1, length - 1)) return;
    basis.push(projected.unit);
    rows.push(projected.coefficients);
    kept.push(constant ? index - 1 : index);
  });
  const size = basis.length;
  const triangle = new Float64Array(size * size);
  rows.forEach((row, column) => {
    row.forEach((value, i) => {
      triangle[i * size + column] = value;
    });
  });
  const scale = rootMeanSquare(y) || 1;
  const values = new Float64Array((size + 1) * length);
  y.forEach((value, i) => {
    values[i] = value / scale;
  });
  basis.forEach((unit, column) => {
    values.set(unit, (column + 1) * length);
  });
  const hasConstant = constant && kept[0] === -1;
  return {
    columns: { count: size + 1, length, values },
    scale,
    constant: hasConstant,
    kept: hasConstant ? kept.slice(1) : kept,
    triangle,
  };
}

function project(
  values: Float64Array,
  basis: readonly Float64Array[],
): { unit: Float64Array; coefficients: Float64Array } | undefined {
  const norm = Math.sqrt(dot(values, values));
  if (!(norm > 0) || !Number.isFinite(norm)) return undefined;
  const rest = values.slice();
  const coefficients = new Float64Array(basis.length + 1);
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((unit, i) => {
      const along = dot(rest, unit);
      coefficients[i] = coefficients[i]! + along;
      for (let t = 0; t < rest.length; t++) rest[t] = rest[t]! - along * unit[t]!;
    });
  }
  const left = Math.sqrt(dot(rest, rest));
  if (!(left > collinear * norm)) return undefined;
  coefficients[basis.length] = left;
  return { unit: rest.map((value) => value / left), coefficients };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The response of column 0 less its least-squares regression on the orthonormal columns after it. */
export function unexplained({ count, length, values }: Columns): Float64Array {
  const rest = values.slice(0, length);
  for (let c = 1; c < count; c++) {
    const unit = values.subarray(c * length, (c + 1) * length);
    const along = dot(unit, rest);
    for (let t = 0; t < length; t++) rest[t] = rest[t]! - along * unit[t]!;
  }
  return rest;
}

function rootMeanSquare(values: Float64Array): number {
  return values.length === 0 ? 0 : Math.sqrt(dot(values, values) / values.length);
}

/** Coefficients in the units of the data: the constant of the differenced series, and one a regressor (0 where left out). */
export function rawCoefficients(
  design: Design,
  estimated: Float64Array,
  regressors: number,
): { constant: number; coefficients: number[] } {
  const size = design.columns.count - 1;
  const solved = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let sum = estimated[i]! * design.scale;
    for (let j = i + 1; j < size; j++) sum -= design.triangle[i * size + j]! * solved[j]!;
    solved[i] = sum / design.triangle[i * size + i]!;
  }
  const coefficients = new Array<number>(regressors).fill(0);
  const offset = design.constant ? 1 : 0;
  design.kept.forEach((index, i) => {
    coefficients[index] = solved[i + offset]!;
  });
  return { constant: design.constant ? solved[0]! : 0, coefficients };
}
