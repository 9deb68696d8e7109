import { EngineError } from "../../../../protocol/errors.ts";
import { binColumn, type FeatureBins } from "./binning.ts";
import { bindKernel, compileKernel, type Kernel, paddedBounds } from "./kernel.ts";
import { KernelThreads, mailboxBytes } from "./threads.ts";

const page = 65_536;
const largestMemory = 65_535 * page;
/** A job with fewer updates than this is done by the calling thread alone: waking another one would take longer. */
const smallJob = 100_000;

/** Binned rows, gradients, histograms and row lists in one memory that all threads share. */
export class RowStore {
  readonly rows: number;
  readonly width: number;
  /** First bin of each feature in a histogram. */
  readonly offsets: readonly number[];
  /** Row-major bins. */
  readonly matrix: Uint8Array;
  /** Hessian and gradient as an int32 pair a row. */
  readonly packed: Int32Array;
  /** Row numbers, grouped by leaf while a tree grows. */
  readonly list: Int32Array;
  readonly #columns: Uint8Array;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: Kernel;
  readonly #threads: KernelThreads | undefined;
  readonly #spill: Int32Array;
  readonly #table: Uint8Array;
  readonly #bounds: Float32Array;
  readonly #histograms: Int32Array[];
  readonly #partial: Int32Array[];

  /** Reserves memory for `rows` rows and `leaves` histograms. Throws an EngineError where that is over 4 GiB. */
  constructor(bins: readonly FeatureBins[], rows: number, leaves: number, threads: number) {
    this.rows = rows;
    this.width = bins.length;
    let total = 0;
    this.offsets = bins.map((each) => {
      const offset = total;
      total += each.bins;
      return offset;
    });
    const others = rows * this.width < smallJob ? 0 : threads - 1;
    const histogramBytes = total * 8;
    const listBytes = rows * 4;
    const bytes =
      8 * rows +
      2 * rows * this.width +
      2 * listBytes +
      (leaves + others) * histogramBytes +
      mailboxBytes(others) +
      64 * (leaves + others) +
      16_384;
    if (bytes > largestMemory) {
      throw new EngineError(
        `boosting needs ${(bytes / 2 ** 30).toFixed(1)} GiB for ${rows} rows of ${this.width} features`,
        {
          fix: "Lower the model's `rows` option, or use fewer covariates.",
        },
      );
    }
    const pages = Math.ceil(bytes / page);
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const buffer = this.#memory.buffer;
    let address = 64;
    const take = (size: number): number => {
      const start = address;
      address += Math.ceil(size / 64) * 64;
      return start;
    };
    const mailboxes = take(mailboxBytes(others));
    this.packed = new Int32Array(buffer, take(8 * rows), 2 * rows);
    this.#histograms = Array.from({ length: leaves }, () => new Int32Array(buffer, take(histogramBytes), total * 2));
    this.#partial = Array.from({ length: others }, () => new Int32Array(buffer, take(histogramBytes), total * 2));
    this.list = new Int32Array(buffer, take(listBytes), rows);
    this.#spill = new Int32Array(buffer, take(listBytes), rows);
    this.#table = new Uint8Array(buffer, take(256), 256);
    this.#bounds = new Float32Array(buffer, take(4 * paddedBounds * 4), 4 * paddedBounds);
    this.matrix = new Uint8Array(buffer, take(rows * this.width), rows * this.width);
    this.#columns = new Uint8Array(buffer, take(rows * this.width), rows * this.width);
    const module = compileKernel(this.offsets);
    this.#kernel = bindKernel(module, this.#memory);
    this.#threads = others > 0 ? new KernelThreads(module, this.#memory, mailboxes, others) : undefined;
  }

  /** Bins the columns into both layouts. Uses the memory of gradients and row lists: call it before those are set. */
  load(columns: readonly Float32Array[], bins: readonly FeatureBins[]): void {
    const numbers = bins.flatMap((each, feature) => (each.kind === "number" ? [feature] : []));
    // Gradients and lists are not in use yet: room for the values of four columns.
    const room = [
      this.packed.byteOffset,
      this.packed.byteOffset + this.rows * 4,
      this.list.byteOffset,
      this.#spill.byteOffset,
    ];
    const lanes = Math.min(room.length, 1 + (this.#threads?.count ?? 0));
    for (let first = 0; first < numbers.length; first += lanes) {
      const group = numbers.slice(first, first + lanes);
      const calls = group.map((feature, lane) => {
        const each = bins[feature]!;
        new Float32Array(this.#memory.buffer, room[lane]!, this.rows).set(columns[feature]!.subarray(0, this.rows));
        const bounds = this.#bounds.byteOffset + lane * paddedBounds * 4;
        const padded = this.#bounds.subarray(lane * paddedBounds, (lane + 1) * paddedBounds);
        padded.fill(Number.POSITIVE_INFINITY);
        if (each.kind === "number") padded.set(each.bounds);
        const out = this.#columns.byteOffset + feature * this.rows;
        return [room[lane]!, room[lane]! + this.rows * 4, bounds, out, 0] as const;
      });
      calls.slice(1).forEach((call, lane) => {
        this.#threads!.start(lane, "bin", call);
      });
      this.#kernel.bin(...calls[0]!);
      for (let lane = 0; lane + 1 < calls.length; lane++) this.#threads!.finish(lane);
    }
    bins.forEach((each, feature) => {
      if (each.kind === "category") binColumn(columns[feature]!.subarray(0, this.rows), each, this.#column(feature));
    });
    this.#transpose();
  }

  #column(feature: number): Uint8Array {
    return this.#columns.subarray(feature * this.rows, (feature + 1) * this.rows);
  }

  /** Copies the columns of bins into the row-major matrix, in blocks that stay in the cache. */
  #transpose(): void {
    const { rows, width, matrix } = this;
    const columns = Array.from({ length: width }, (_, feature) => this.#column(feature));
    const block = 512;
    for (let from = 0; from < rows; from += block) {
      const to = Math.min(rows, from + block);
      for (let feature = 0; feature < width; feature++) {
        const column = columns[feature]!;
        for (let row = from; row < to; row++) matrix[row * width + feature] = column[row]!;
      }
    }
  }

  histogram(slot: number): Int32Array {
    return this.#histograms[slot]!;
  }

  /** Fills histogram `slot` with the rows `list[start … end - 1]`. */
  fill(slot: number, start: number, end: number): void {
    const target = this.#histograms[slot]!.fill(0);
    const from = (index: number): number => this.list.byteOffset + index * 4;
    const cut = this.#cuts(start, end, (end - start) * this.width);
    const matrix = this.matrix.byteOffset;
    const packed = this.packed.byteOffset;
    for (let part = 1; part + 1 < cut.length; part++) {
      const partial = this.#partial[part - 1]!.fill(0);
      const call = [from(cut[part]!), from(cut[part + 1]!), matrix, packed, partial.byteOffset] as const;
      this.#threads!.start(part - 1, "histogram", call);
    }
    this.#kernel.histogram(from(start), from(cut[1]!), matrix, packed, target.byteOffset);
    for (let part = 1; part + 1 < cut.length; part++) {
      this.#threads!.finish(part - 1);
      const partial = this.#partial[part - 1]!;
      // Integer sums: the same whatever the number of threads.
      for (let i = 0; i < target.length; i++) target[i]! += partial[i]!;
    }
  }

  /** Subtracts histogram `part` from histogram `slot`. */
  subtract(slot: number, part: number): void {
    const target = this.#histograms[slot]!;
    const other = this.#histograms[part]!;
    for (let i = 0; i < target.length; i++) target[i]! -= other[i]!;
  }

  /** Moves the rows of `list[start … end - 1]` for whose bin `left` is true to the front, order kept; returns where the rest starts. */
  partition(start: number, end: number, feature: number, left: (bin: number) => boolean, bins: number): number {
    for (let bin = 0; bin < bins; bin++) this.#table[bin] = left(bin) ? 1 : 0;
    const cut = this.#cuts(start, end, (end - start) * 4);
    const column = this.#columns.byteOffset + feature * this.rows;
    const base = this.list.byteOffset;
    const call = (part: number) =>
      [
        base + cut[part]! * 4,
        base + cut[part + 1]! * 4,
        column,
        this.#table.byteOffset,
        this.#spill.byteOffset + cut[part]! * 4,
      ] as const;
    for (let part = 1; part + 1 < cut.length; part++) this.#threads!.start(part - 1, "partition", call(part));
    const ends = [this.#kernel.partition(...call(0))];
    for (let part = 1; part + 1 < cut.length; part++) ends.push(this.#threads!.finish(part - 1));
    return this.#join(
      cut,
      ends.map((address) => ((address >>> 0) - base) / 4),
    );
  }

  /** Joins what the threads partitioned apart: their left rows, then their right rows. */
  #join(cut: readonly number[], ends: readonly number[]): number {
    let at = ends[0]!;
    for (let part = 1; part < ends.length; part++) {
      this.list.copyWithin(at, cut[part]!, ends[part]!);
      at += ends[part]! - cut[part]!;
    }
    const middle = at;
    for (let part = 0; part < ends.length; part++) {
      const count = cut[part + 1]! - ends[part]!;
      this.list.set(this.#spill.subarray(cut[part]!, cut[part]! + count), at);
      at += count;
    }
    return middle;
  }

  /** Boundaries of one part a thread, one part where the job is small. */
  #cuts(start: number, end: number, updates: number): number[] {
    const parts = this.#threads === undefined || updates < smallJob ? 1 : this.#threads.count + 1;
    return Array.from({ length: parts + 1 }, (_, part) => start + Math.floor(((end - start) * part) / parts));
  }

  /** Ends the threads. */
  close(): void {
    this.#threads?.close();
  }
}
