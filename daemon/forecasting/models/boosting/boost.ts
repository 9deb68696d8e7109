import { nextTurn } from "../../numerics/next-turn.ts";
import { quantileOfSorted } from "../../numerics/quantile.ts";
import { uniformAt, uniformStream } from "../../numerics/random.ts";
import { binTable, type FeatureBins, findBins, type Table } from "./binning.ts";
import type { Booster } from "./booster.ts";
import { type GrownTree, type GrowOptions, TreeGrower } from "./grow.ts";
import { type Objective, type ObjectiveName, objectiveOf, quantile } from "./objective.ts";
import { leafValue, type Scales } from "./split.ts";
import { RowStore } from "./store.ts";
import { addTree, leafOf, type Tree } from "./tree.ts";

export interface BoostOptions extends GrowOptions {
  readonly objective: ObjectiveName;
  readonly rounds: number;
  readonly learningRate: number;
  /** Most bins a feature, missing values included; at most 256. */
  readonly maxBins: number;
  /** Share of the features a tree may use. */
  readonly featureFraction: number;
  /** Share of the rows a tree is grown on. */
  readonly rowFraction: number;
  /** Gradient-based one-side sampling: keeps the share `top` of largest gradients and `other` of the rest (Ke et al. 2017). */
  readonly goss?: { readonly top: number; readonly other: number };
  /** Stops when the validation loss has not fallen for so many rounds; 0 never stops. */
  readonly patience: number;
  readonly seed: number;
  readonly threads: number;
}

export interface BoostData {
  readonly table: Table;
  readonly target: Float64Array;
  readonly weight?: Float32Array;
}

export interface BoostControl {
  readonly signal: AbortSignal;
  /** performance.now() after which no further tree is started, but for the first ten. */
  readonly deadline: number;
  readonly onRound?: (round: number, loss: number) => void;
}

export interface BoostResult {
  readonly booster: Booster;
  /** Mean validation loss (training loss without validation rows) at the kept number of trees. */
  readonly loss: number;
  /** The deadline ended the training. */
  readonly cut: boolean;
}

/** Trees that are grown even where the deadline has passed: none at all would be no model. */
const fewestTrees = 10;
/** Longest time the event loop is kept, in milliseconds. */
const sliceMs = 50;

/**
 * Gradient boosting of histogram trees (Friedman 2001; Chen & Guestrin 2016; Ke et al. 2017). Gradients are rounded
 * stochastically to integers, as in Shi et al. 2022 but with far finer steps, so that their sums are exact: the same seed
 * gives the same trees on any number of threads. Throws the signal's reason when aborted.
 */
export async function boost(
  train: BoostData,
  valid: BoostData | undefined,
  options: BoostOptions,
  control: BoostControl,
): Promise<BoostResult> {
  const bins = findBins(train.table, options.maxBins);
  const training = new Training(train, bins, options);
  try {
    const checked = valid && new Validation(valid, bins, training.base);
    let best = { trees: 0, loss: checked?.loss(training.objective) ?? training.loss() };
    let cut = false;
    let since = performance.now();
    for (let round = 0; round < options.rounds; round++) {
      if (round >= fewestTrees && performance.now() > control.deadline) {
        cut = true;
        break;
      }
      const tree = training.step(round);
      if (tree === undefined) break;
      checked?.add(tree);
      const loss = checked?.loss(training.objective);
      if (loss === undefined || loss < best.loss) best = { trees: round + 1, loss: loss ?? Number.NaN };
      control.onRound?.(round, loss ?? Number.NaN);
      if (checked && options.patience > 0 && round + 1 - best.trees >= options.patience) break;
      if (performance.now() - since > sliceMs) {
        await nextTurn();
        control.signal.throwIfAborted();
        since = performance.now();
      }
    }
    const trees = training.trees.slice(0, best.trees);
    const loss = checked ? best.loss : training.loss();
    return { booster: { bins, trees, base: training.base, objective: options.objective }, loss, cut };
  } finally {
    training.close();
  }
}

/** Scores of the validation rows, kept up to date tree by tree. */
class Validation {
  readonly #matrix: Uint8Array;
  readonly #scores: Float64Array;
  readonly #data: BoostData;
  readonly #width: number;

  constructor(data: BoostData, bins: readonly FeatureBins[], base: number) {
    this.#data = data;
    this.#width = bins.length;
    this.#matrix = binTable(data.table, bins);
    this.#scores = new Float64Array(data.table.rows).fill(base);
  }

  add(tree: Tree): void {
    addTree(tree, this.#matrix, this.#width, this.#scores);
  }

  loss(objective: Objective): number {
    return meanLoss(objective, this.#scores, this.#data);
  }
}

function meanLoss(objective: Objective, scores: Float64Array, { target, weight }: BoostData): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < scores.length; row++) {
    const w = weight?.[row] ?? 1;
    sum += w * objective.loss(scores[row]!, target[row]!);
    total += w;
  }
  return sum / total;
}

/** Largest rounded gradient: fine enough where few rows share a sum. */
const finest = 2 ** 20;
const largestSum = 2 ** 31 - 1;

class Training {
  readonly trees: Tree[] = [];
  readonly objective: Objective;
  readonly base: number;
  readonly #data: BoostData;
  readonly #options: BoostOptions;
  readonly #rows: number;
  readonly #store: RowStore;
  readonly #grower: TreeGrower;
  readonly #scores: Float64Array;
  readonly #gradient: Float32Array;
  /** Second derivatives; empty where they are all 1. */
  readonly #hessian: Float32Array;
  readonly #use: Uint8Array;
  readonly #random: () => number;

  constructor(data: BoostData, bins: readonly FeatureBins[], options: BoostOptions) {
    this.#data = data;
    this.#options = options;
    this.#rows = data.table.rows;
    this.objective = objectiveOf(options.objective);
    this.base = this.objective.start(data.target, data.weight);
    this.#store = new RowStore(bins, this.#rows, options.leaves, options.threads);
    this.#store.load(data.table.columns, bins);
    this.#grower = new TreeGrower(this.#store, bins, options);
    this.#scores = new Float64Array(this.#rows).fill(this.base);
    this.#gradient = new Float32Array(this.#rows);
    const plain = this.objective.constantHessian && data.weight === undefined && options.goss === undefined;
    this.#hessian = new Float32Array(plain ? 0 : this.#rows);
    this.#use = new Uint8Array(bins.length).fill(1);
    this.#random = uniformStream(options.seed, "mulberry32");
  }

  /** Adds one tree; undefined when no split improves the loss. */
  step(round: number): Tree | undefined {
    this.#derivatives();
    const inBag = this.#sample(round);
    const scales = this.#pack(inBag, round);
    this.#chooseFeatures();
    const grown = this.#grower.grow(inBag, scales, this.#use);
    if (grown.tree.feature.length === 0) return undefined;
    this.#finish(grown);
    if (inBag < this.#rows) this.#scoreAll(grown.tree);
    this.trees.push(grown.tree);
    return grown.tree;
  }

  loss(): number {
    return meanLoss(this.objective, this.#scores, this.#data);
  }

  close(): void {
    this.#store.close();
  }

  #derivatives(): void {
    const { objective } = this;
    const scores = this.#scores;
    const gradient = this.#gradient;
    const hessian = this.#hessian;
    const { target, weight } = this.#data;
    for (let row = 0; row < this.#rows; row++) gradient[row] = objective.gradient(scores[row]!, target[row]!);
    if (hessian.length === 0) return;
    for (let row = 0; row < this.#rows; row++) hessian[row] = objective.hessian(scores[row]!, target[row]!);
    if (weight === undefined) return;
    for (let row = 0; row < this.#rows; row++) {
      gradient[row]! *= weight[row]!;
      hessian[row]! *= weight[row]!;
    }
  }

  /** Lists the rows this tree is grown on; returns how many. */
  #sample(round: number): number {
    const { list } = this.#store;
    const { goss, rowFraction, seed } = this.#options;
    if (goss !== undefined) return this.#sampleByGradient(goss, round);
    const draw = seed + round * 7919;
    let count = 0;
    for (let row = 0; row < this.#rows; row++) {
      if (rowFraction >= 1 || uniformAt(draw, row) < rowFraction) list[count++] = row;
    }
    return count;
  }

  #sampleByGradient(goss: { top: number; other: number }, round: number): number {
    const gradient = this.#gradient;
    const hessian = this.#hessian;
    const { list } = this.#store;
    const absolute = gradient.map(Math.abs).sort();
    const limit = quantileOfSorted(absolute, 1 - goss.top, "lower");
    const share = goss.other / (1 - goss.top);
    const draw = this.#options.seed + round * 7919;
    let count = 0;
    for (let row = 0; row < this.#rows; row++) {
      if (Math.abs(gradient[row]!) < limit) {
        if (uniformAt(draw, row) >= share) continue;
        gradient[row]! /= share;
        hessian[row]! /= share;
      }
      list[count++] = row;
    }
    return count;
  }

  /** Rounds gradients and Hessians to integers whose sums fit in 31 bits. */
  #pack(inBag: number, round: number): Scales {
    const { packed, list } = this.#store;
    const gradient = this.#gradient;
    const hessian = this.#hessian;
    let largest = 0;
    let largestHessian = 0;
    for (let i = 0; i < inBag; i++) {
      const size = Math.abs(gradient[list[i]!]!);
      if (size > largest) largest = size;
    }
    const limit = Math.min(finest, Math.floor(largestSum / Math.max(1, inBag)));
    const scale = largest > 0 ? limit / largest : 1;
    const salt = Math.imul(this.#options.seed + round * 31 + 1, 0x85ebca6b);
    const constant = hessian.length === 0;
    for (let i = 0; i < inBag && !constant; i++) largestHessian = Math.max(largestHessian, hessian[list[i]!]!);
    const hessianScale = largestHessian > 0 ? limit / largestHessian : 1;
    for (let i = 0; i < inBag; i++) {
      const row = list[i]!;
      // Weyl's sequence in the row number: a fair rounding that needs no state.
      const fraction = (Math.imul(row ^ salt, 0x9e3779b1) >>> 0) / 4294967296;
      packed[row * 2] = constant ? 1 : Math.floor(hessian[row]! * hessianScale + fraction);
      packed[row * 2 + 1] = Math.floor(gradient[row]! * scale + fraction);
    }
    return { gradient: 1 / scale, hessian: 1 / hessianScale };
  }

  #chooseFeatures(): void {
    const { featureFraction } = this.#options;
    if (featureFraction >= 1) return;
    const width = this.#use.length;
    const keep = Math.max(1, Math.round(width * featureFraction));
    const order = Array.from({ length: width }, (_, index) => ({ index, key: this.#random() }));
    order.sort((a, b) => a.key - b.key);
    this.#use.fill(0);
    for (const { index } of order.slice(0, keep)) this.#use[index] = 1;
  }

  /** Final leaf values from unrounded sums (or residual quantiles), times the learning rate; scores of the rows in the bag. */
  #finish({ tree, leaves }: GrownTree): void {
    const { list } = this.#store;
    const { learningRate } = this.#options;
    leaves.forEach(({ start, end, low, high }, leaf) => {
      const raw = this.objective.renewLevel === undefined ? this.#newton(start, end) : this.#renewed(start, end);
      const value = learningRate * Math.min(high, Math.max(low, raw));
      tree.value[leaf] = value;
      for (let i = start; i < end; i++) this.#scores[list[i]!]! += value;
    });
  }

  #newton(start: number, end: number): number {
    const { list } = this.#store;
    const constant = this.#hessian.length === 0;
    let gradient = 0;
    let hessian = constant ? end - start : 0;
    for (let i = start; i < end; i++) gradient += this.#gradient[list[i]!]!;
    for (let i = start; i < end && !constant; i++) hessian += this.#hessian[list[i]!]!;
    const most = this.objective.mostStep ?? Number.POSITIVE_INFINITY;
    return leafValue(gradient, hessian, this.#options, { low: -most, high: most });
  }

  #renewed(start: number, end: number): number {
    const rows = this.#store.list.subarray(start, end);
    const residuals = Float64Array.from(rows, (row) => this.#data.target[row]! - this.#scores[row]!);
    const { weight } = this.#data;
    return quantile(residuals, this.objective.renewLevel!, weight && Float32Array.from(rows, (row) => weight[row]!));
  }

  /** Scores of the rows outside the bag. */
  #scoreAll(tree: Tree): void {
    const { matrix, width } = this.#store;
    const seen = new Uint8Array(this.#rows);
    const inBag = tree.leafCover.reduce((sum, rows) => sum + rows, 0);
    for (let i = 0; i < inBag; i++) seen[this.#store.list[i]!] = 1;
    for (let row = 0; row < this.#rows; row++) {
      if (seen[row] === 0) this.#scores[row]! += tree.value[leafOf(tree, matrix, row * width)]!;
    }
  }
}
