/** Which series each row belongs to. */
export interface SeriesIndex {
  /** One series number a row; -1 for a row whose key no series has. */
  readonly ids: Int32Array;
  /** One tuple of codes a series, ascending. */
  readonly codes: readonly (readonly number[])[];
}

/** Largest number of possible key combinations that get a table of their own. */
const denseLimit = 1 << 24;

/**
 * Numbers the combinations of key codes that occur, in ascending order of the codes. `sizes` holds the number of
 * distinct codes of each key column.
 */
export function indexSeries(keys: readonly Float64Array[], sizes: readonly number[], rows: number): SeriesIndex {
  const combined = combine(keys, sizes, rows);
  const product = sizes.reduce((result, size) => result * size, 1);
  const present = product <= denseLimit ? presentDense(combined, product) : new Float64Array(new Set(combined)).sort();
  return { ids: numberRows(combined, present, product), codes: Array.from(present, (code) => split(code, sizes)) };
}

/** Series numbers of further rows, by the codes of an existing index. */
export function lookUpSeries(
  keys: readonly Float64Array[],
  sizes: readonly number[],
  rows: number,
  index: SeriesIndex,
): Int32Array {
  const product = sizes.reduce((result, size) => result * size, 1);
  const present = Float64Array.from(index.codes, (codes) => codes.reduce((sum, code, i) => sum * sizes[i]! + code, 0));
  return numberRows(combine(keys, sizes, rows), present, product);
}

function combine(keys: readonly Float64Array[], sizes: readonly number[], rows: number): Float64Array {
  const combined = new Float64Array(rows);
  keys.forEach((codes, column) => {
    const size = sizes[column]!;
    for (let row = 0; row < rows; row++) combined[row] = combined[row]! * size + codes[row]!;
  });
  return combined;
}

function presentDense(combined: Float64Array, product: number): Float64Array {
  const seen = new Uint8Array(product);
  for (let row = 0; row < combined.length; row++) seen[combined[row]!] = 1;
  const present: number[] = [];
  for (let code = 0; code < product; code++) if (seen[code] === 1) present.push(code);
  return Float64Array.from(present);
}

function numberRows(combined: Float64Array, present: Float64Array, product: number): Int32Array {
  const ids = new Int32Array(combined.length);
  if (product <= denseLimit) {
    const number = new Int32Array(product).fill(-1);
    present.forEach((code, id) => {
      number[code] = id;
    });
    for (let row = 0; row < ids.length; row++) ids[row] = number[combined[row]!] ?? -1;
    return ids;
  }
  const number = new Map<number, number>();
  present.forEach((code, id) => {
    number.set(code, id);
  });
  for (let row = 0; row < ids.length; row++) ids[row] = number.get(combined[row]!) ?? -1;
  return ids;
}

function split(code: number, sizes: readonly number[]): number[] {
  const parts: number[] = [];
  let rest = code;
  for (let column = sizes.length - 1; column >= 0; column--) {
    parts.unshift(rest % sizes[column]!);
    rest = Math.floor(rest / sizes[column]!);
  }
  return parts;
}
