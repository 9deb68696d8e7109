import type { RawColumn } from "./panel-layout.ts";

/** Share of the rows that must be blank for a column of one single value to be a flag. */
const blankShare = 0.2;

/** Category that stands for a blank flag of texts. */
const blankCategory = "";

/** A column placed on the steps of a panel: missing where a step has no row, or a blank one. */
export interface PlacedColumn {
  readonly column: RawColumn;
  readonly values: Float64Array;
  /** 1 where a row stands at the step. */
  readonly covered: Uint8Array;
}

/** Whether all values that a column has are the same one. */
export function hasOneValue(values: Float64Array): boolean {
  let only = Number.NaN;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(only)) only = value;
    else if (value !== only) return false;
  }
  return !Number.isNaN(only);
}

/**
 * Fills a column for which `hasOneValue` holds, if it is a flag that is written as one value or nothing (1 or blank, x or
 * blank): where rows leave it blank it becomes 0, or a category of its own. If the last value were carried forward, the
 * flag would never change. Returns the column, with the category, and how many values were filled; undefined if it is not
 * such a flag.
 */
export function fillBlankFlag({
  column,
  values,
  covered,
}: PlacedColumn): { readonly column: RawColumn; readonly filled: number } | undefined {
  const only = values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  let [blank, rows] = [0, 0];
  covered.forEach((row, place) => {
    rows += row;
    if (row === 1 && Number.isNaN(values[place]!)) blank++;
  });
  const { categories } = column;
  if (Number.isNaN(only) || blank < blankShare * rows || (categories === undefined && only === 0)) return undefined;
  const off = categories === undefined ? 0 : categories.length;
  for (let place = 0; place < values.length; place++) {
    if (covered[place] === 1 && Number.isNaN(values[place]!)) values[place] = off;
  }
  const named = categories === undefined ? column : { ...column, categories: [...categories, blankCategory] };
  return { column: named, filled: blank };
}
