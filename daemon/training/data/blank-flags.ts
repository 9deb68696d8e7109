import type { RawColumn } from "./assemble.ts";

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

/**
 * Fills a flag that is written as one value or nothing (1 or blank, x or blank) where rows leave it blank: 0, or a category
 * of its own. Carried forward it would never change. Returns the column, with the category, and how many values were
 * filled; undefined if it is not such a flag.
 */
export function fillBlankFlag({
  column,
  values,
  covered,
}: PlacedColumn): { readonly column: RawColumn; readonly filled: number } | undefined {
  let only = Number.NaN;
  let [blank, rows] = [0, 0];
  for (let place = 0; place < values.length; place++) {
    if (covered[place] === 0) continue;
    rows++;
    const value = values[place]!;
    if (Number.isNaN(value)) blank++;
    else if (Number.isNaN(only)) only = value;
    else if (value !== only) return undefined;
  }
  const { categories } = column;
  if (Number.isNaN(only) || blank < blankShare * rows || (categories === undefined && only === 0)) return undefined;
  const off = categories === undefined ? 0 : categories.length;
  for (let place = 0; place < values.length; place++) {
    if (covered[place] === 1 && Number.isNaN(values[place]!)) values[place] = off;
  }
  const named = categories === undefined ? column : { ...column, categories: [...categories, blankCategory] };
  return { column: named, filled: blank };
}
