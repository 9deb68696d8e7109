import { encodeModule, f32, i32, i64, op, type WasmFunction } from "./wasm.ts";

/** The inner loops of tree growing, on byte addresses of one shared memory. */
export interface Kernel {
  /**
   * Adds the packed gradient of each row in the list `rows … rowsEnd` (int32) to its bin of every feature.
   * `matrix` is row-major uint8; `packed` holds an int64 a row, gradient in the high word and Hessian in the low word.
   * The result means nothing.
   */
  histogram(rows: number, rowsEnd: number, matrix: number, packed: number, histogram: number): number;
  /**
   * Splits a list of rows by `table[column[row]]` (1 goes left), keeping the order: left rows overwrite the list from its
   * start, right rows are written from `right`. Returns the address after the last left row.
   */
  partition(rows: number, rowsEnd: number, column: number, table: number, right: number): number;
  /**
   * Writes the bin of each float32 in `values … valuesEnd` to `bins`: 0 for NaN, else 1 + the number of bounds below the
   * value. `bounds` are 255 ascending float32, padded with infinity. The result means nothing.
   */
  bin(values: number, valuesEnd: number, bounds: number, bins: number, unused: number): number;
}

/** Names of the loops in the order in which threads number them. */
export const kernelNames = ["histogram", "partition", "bin"] as const satisfies readonly (keyof Kernel)[];

/** Length of the bounds of `Kernel.bin`. */
export const paddedBounds = 255;

/**
 * Compiles the loops for one matrix layout. Unrolled over the features with their histogram offsets as constants: an
 * update is a byte load, a shift and one 64-bit addition in memory, without bounds checks; 2–5 times the plain JavaScript loop.
 *
 * @param histogramOffsets first bin of each feature in the histogram, in bins of 8 bytes
 */
export function compileKernel(histogramOffsets: readonly number[]): WebAssembly.Module {
  return new WebAssembly.Module(encodeModule([histogramLoop(histogramOffsets), partitionLoop, binLoop]));
}

/** Binds compiled loops to a memory, on any thread. */
export function bindKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  // SAFETY: the module is the one encoded here, which exports exactly these functions.
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}

/** Rows that are fetched ahead together: their cells stay in the first-level cache until they are added. */
const fetchedRows = 64;

function histogramLoop(offsets: readonly number[]): WasmFunction {
  const [rows, rowsEnd, matrix, packed, histogram, row, cells, value, address] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
  const [blockEnd, ahead, touched] = [9, 10, 11] as const;
  const width = offsets.length;
  const updates = offsets.map((offset, feature) => [
    ...[...op.get(cells), ...op.load8(feature), ...op.constant(3), ...op.shiftLeft, ...op.get(histogram), ...op.add],
    ...[...op.tee(address), ...op.get(address), ...op.load64(offset * 8), ...op.get(value), ...op.add64],
    ...op.store64(offset * 8),
  ]);
  const rowCells = [...op.constant(width), ...op.multiply, ...op.get(matrix), ...op.add];
  const rowPacked = [...op.get(row), ...op.constant(3), ...op.shiftLeft, ...op.get(packed), ...op.add];
  // A leaf's rows lie apart, and adding one row fills the processor's window: without a short loop that touches a block of
  // rows first, every row would wait for memory alone.
  const touch = [
    ...[...op.get(rows), ...op.set(ahead), ...op.block, ...op.loop],
    ...[...op.get(ahead), ...op.get(blockEnd), ...op.greaterEqual, ...op.branchIf(1)],
    ...[...op.get(ahead), ...op.load32(0), ...op.tee(row), ...rowCells, ...op.tee(cells), ...op.load8(0)],
    ...[...op.get(cells), ...op.load8(width - 1), ...op.add, ...rowPacked, ...op.load8(0), ...op.add],
    ...[...op.get(touched), ...op.add, ...op.set(touched)],
    ...[...op.get(ahead), ...op.constant(4), ...op.add, ...op.set(ahead), ...op.branch(0), ...op.end, ...op.end],
  ];
  return {
    name: "histogram",
    parameters: [i32, i32, i32, i32, i32],
    // The sum of what was touched, so that no compiler drops the loop.
    results: [i32],
    locals: [i32, i32, i64, i32, i32, i32, i32],
    body: [
      [...op.block, ...op.loop, ...op.get(rows), ...op.get(rowsEnd), ...op.greaterEqual, ...op.branchIf(1)],
      [...op.get(rows), ...op.constant(fetchedRows * 4), ...op.add, ...op.tee(blockEnd), ...op.get(rowsEnd)],
      [...op.get(blockEnd), ...op.get(rowsEnd), ...op.less, ...op.select, ...op.set(blockEnd)],
      touch,
      [...op.block, ...op.loop, ...op.get(rows), ...op.get(blockEnd), ...op.greaterEqual, ...op.branchIf(1)],
      [...op.get(rows), ...op.load32(0), ...op.tee(row), ...rowCells, ...op.set(cells)],
      [...rowPacked, ...op.load64(0), ...op.set(value)],
      updates.flat(),
      [...op.get(rows), ...op.constant(4), ...op.add, ...op.set(rows), ...op.branch(0), ...op.end, ...op.end],
      [...op.branch(0), ...op.end, ...op.end],
      op.get(touched),
    ],
  };
}

const partitionLoop: WasmFunction = (() => {
  const [rows, rowsEnd, column, table, right, row, goes, left] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  return {
    name: "partition",
    parameters: [i32, i32, i32, i32, i32],
    results: [i32],
    locals: [i32, i32, i32],
    body: [
      [...op.get(rows), ...op.set(left)],
      op.block,
      op.loop,
      [...op.get(rows), ...op.get(rowsEnd), ...op.greaterEqual, ...op.branchIf(1)],
      [...op.get(rows), ...op.load32(0), ...op.set(row)],
      [...op.get(column), ...op.get(row), ...op.add, ...op.load8(0), ...op.get(table), ...op.add, ...op.load8(0)],
      [...op.constant(2), ...op.shiftLeft, ...op.set(goes)],
      // Both are written and only the pointer of the right one moves: no branch to mispredict.
      [...op.get(right), ...op.get(row), ...op.store32(0), ...op.get(left), ...op.get(row), ...op.store32(0)],
      [...op.get(left), ...op.get(goes), ...op.add, ...op.set(left)],
      [...op.get(right), ...op.constant(4), ...op.add, ...op.get(goes), ...op.subtract, ...op.set(right)],
      [...op.get(rows), ...op.constant(4), ...op.add, ...op.set(rows), ...op.branch(0)],
      op.end,
      op.end,
      op.get(left),
    ],
  };
})();

/** Binary search of eight fixed steps without branches: mispredicted ones cost more than the whole search. */
const binLoop: WasmFunction = (() => {
  const [values, valuesEnd, bounds, bins, , value, at] = [0, 1, 2, 3, 4, 5, 6] as const;
  const search = [7, 6, 5, 4, 3, 2, 1, 0].flatMap((power) => [
    ...[...op.get(at), ...op.get(at), ...op.loadFloat((2 ** power - 1) * 4), ...op.get(value), ...op.lessFloat],
    ...[...op.constant(power + 2), ...op.shiftLeft, ...op.add, ...op.set(at)],
  ]);
  return {
    name: "bin",
    parameters: [i32, i32, i32, i32, i32],
    results: [i32],
    locals: [f32, i32],
    body: [
      [...op.block, ...op.loop, ...op.get(values), ...op.get(valuesEnd), ...op.greaterEqual, ...op.branchIf(1)],
      [...op.get(values), ...op.loadFloat(0), ...op.set(value), ...op.get(bounds), ...op.set(at)],
      search,
      [...op.get(bins), ...op.get(at), ...op.get(bounds), ...op.subtract, ...op.constant(2), ...op.shiftRight],
      // NaN is below no bound and unlike itself.
      [...op.get(value), ...op.get(value), ...op.equalFloat, ...op.add, ...op.store8(0)],
      [...op.get(values), ...op.constant(4), ...op.add, ...op.set(values)],
      [...op.get(bins), ...op.constant(1), ...op.add, ...op.set(bins), ...op.branch(0), ...op.end, ...op.end],
      op.get(bins),
    ],
  };
})();
