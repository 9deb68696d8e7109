/** Columns as a learner sees them: numbers with NaN for missing; categorical columns hold non-negative integer codes. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Float32Array[];
  /** Whether each column is categorical. */
  readonly categorical: readonly boolean[];
}

/**
 * How one column becomes bins. Bin 0 holds missing values (and rare or unseen categories).
 * Numbers: bin `i + 1` holds values up to and including `bounds[i]`, the last bin everything above.
 * Categories: bin `i + 1` holds the code `codes[i]`.
 */
export type FeatureBins =
  | { readonly kind: "number"; readonly bounds: Float32Array; readonly bins: number }
  | { readonly kind: "category"; readonly codes: Int32Array; readonly bins: number };

const sampleRows = 65_536;

/** Bins of every column, quantiles of at most `sampleRows` evenly spaced rows; at most `maxBins` (≤ 256) bins each. */
export function findBins(table: Table, maxBins: number, minDataInBin = 3): FeatureBins[] {
  const stride = Math.max(1, Math.ceil(table.rows / sampleRows));
  const sample = new Float32Array(Math.ceil(table.rows / stride));
  return table.columns.map((column, index) => {
    let count = 0;
    for (let row = 0; row < table.rows; row += stride) {
      const value = column[row]!;
      if (!Number.isNaN(value)) sample[count++] = value;
    }
    const present = sample.subarray(0, count);
    return table.categorical[index] ? categoryBins(present, maxBins) : numberBins(present, maxBins - 1, minDataInBin);
  });
}

function categoryBins(values: Float32Array, maxBins: number): FeatureBins {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, maxBins - 1);
  return { kind: "category", codes: Int32Array.from(frequent, ([code]) => code), bins: frequent.length + 1 };
}

/** Equal-frequency bins whose bounds lie halfway between neighbouring distinct values; frequent values get a bin of their own. */
function numberBins(values: Float32Array, maxBins: number, minDataInBin: number): FeatureBins {
  const sorted = values.slice().sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) === value) counts[counts.length - 1]!++;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  const bounds: number[] = [];
  let inBin = 0;
  let remaining = sorted.length;
  for (let i = 0; i + 1 < distinct.length && bounds.length + 1 < maxBins; i++) {
    inBin += counts[i]!;
    const target = Math.max(minDataInBin, remaining / (maxBins - bounds.length));
    const crowded = counts[i + 1]! >= target && inBin >= minDataInBin;
    if (inBin < target && !crowded) continue;
    bounds.push(between(distinct[i]!, distinct[i + 1]!));
    remaining -= inBin;
    inBin = 0;
  }
  return { kind: "number", bounds: Float32Array.from(bounds), bins: bounds.length + 2 };
}

/** A float32 number `b` with low ≤ b < high. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle < high ? middle : low;
}

/** Bins one column into `out[row × stride]` for every row. */
export function binColumn(column: Float32Array, bins: FeatureBins, out: Uint8Array, stride = 1): void {
  if (bins.kind === "category") {
    const binOf = new Map(Array.from(bins.codes, (code, index) => [code, index + 1]));
    for (let row = 0, at = 0; row < column.length; row++, at += stride) out[at] = binOf.get(column[row]!) ?? 0;
    return;
  }
  const { bounds } = bins;
  for (let row = 0, at = 0; row < column.length; row++, at += stride) {
    const value = column[row]!;
    if (Number.isNaN(value)) {
      out[at] = 0;
      continue;
    }
    let low = 0;
    let size = bounds.length;
    while (size > 0) {
      const half = size >>> 1;
      if (bounds[low + half]! < value) {
        low += half + 1;
        size -= half + 1;
      } else size = half;
    }
    out[at] = low + 1;
  }
}

/** All columns of a table as one row-major matrix of bins. */
export function binTable(table: Table, bins: readonly FeatureBins[]): Uint8Array {
  const width = bins.length;
  const matrix = new Uint8Array(table.rows * width);
  bins.forEach((each, index) => {
    binColumn(table.columns[index]!.subarray(0, table.rows), each, matrix.subarray(index), width);
  });
  return matrix;
}
