import type { FeatureBins } from "./binning.ts";

/** What pulls the value of a leaf towards zero. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** Least and greatest value of a leaf that monotone splits above it leave. */
export interface ValueBounds {
  readonly low: number;
  readonly high: number;
}

/** What limits and regularises a split. */
export interface SplitOptions extends Penalty {
  /** Fewest rows in a leaf. */
  readonly minData: number;
  /** Smallest sum of second derivatives in a leaf. */
  readonly minHessian: number;
  readonly minGain: number;
  /** Added to `l2` for categorical splits, which choose among many subsets. */
  readonly categoryL2: number;
  /** Added to a category's Hessian when categories are ordered by mean gradient. */
  readonly categorySmooth: number;
  /** −1, 0 or 1 a feature: the prediction may only fall, do anything, only rise with it. */
  readonly monotone: Int8Array;
}

/** Integer gradient sums of one leaf and how to read them. */
export interface LeafSums extends ValueBounds {
  /** Sum of quantised gradients and of quantised Hessians. */
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

/** One unit of a quantised gradient and Hessian. */
export interface Scales {
  readonly gradient: number;
  readonly hessian: number;
}

export interface Split {
  readonly feature: number;
  /** Reduction of the loss, in units of the loss (twice Taylor's second-order reduction). */
  readonly gain: number;
  readonly first: number;
  readonly last: number;
  /** 32-byte set of bins that go left, of a categorical split. */
  readonly set?: Uint8Array;
  readonly leftGradient: number;
  readonly leftHessian: number;
  readonly leftValue: number;
  readonly rightValue: number;
}

/** Value of a leaf, −G/(H + l2) after soft thresholding by l1 (Chen & Guestrin 2016, equation 5), within bounds. */
export function leafValue(gradient: number, hessian: number, { l1, l2 }: Penalty, { low, high }: ValueBounds): number {
  const shrunk = l1 === 0 ? gradient : Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1);
  const value = -shrunk / (hessian + l2);
  return Math.max(low, Math.min(high, value));
}

function leafGain(gradient: number, hessian: number, value: number, { l1, l2 }: Penalty): number {
  return -(2 * gradient * value + (hessian + l2) * value * value + 2 * l1 * Math.abs(value));
}

const largestLeftSet = 32;
const oneVersusRest = 4;

/** Searches the histograms of one leaf for its best split. */
export class SplitFinder {
  readonly #features: readonly FeatureBins[];
  readonly #offsets: readonly number[];
  readonly #options: SplitOptions;
  readonly #bounded: boolean;

  constructor(features: readonly FeatureBins[], offsets: readonly number[], options: SplitOptions) {
    this.#features = features;
    this.#offsets = offsets;
    this.#options = options;
    this.#bounded = options.monotone.some((direction) => direction !== 0);
  }

  /**
   * Best split over the features with `use[feature] = 1`, or undefined where none is allowed. `words` holds an int32
   * pair a bin: Hessian, gradient.
   */
  best(words: Int32Array, leaf: LeafSums, scales: Scales, use: Uint8Array): Split | undefined {
    if (leaf.rows < 2 * this.#options.minData) return undefined;
    const gradient = leaf.gradient * scales.gradient;
    const hessian = leaf.hessian * scales.hessian;
    const own = leafGain(gradient, hessian, leafValue(gradient, hessian, this.#options, leaf), this.#options);
    const search = new Search(this.#options, leaf, scales, own, this.#bounded);
    for (let feature = 0; feature < this.#features.length; feature++) {
      if (use[feature] === 0) continue;
      const bins = this.#features[feature]!;
      const at = this.#offsets[feature]! * 2;
      if (bins.kind === "number") search.number(words, at, bins.bins, feature);
      else search.category(words, at, bins.bins, feature);
    }
    return search.best;
  }
}

/** One pass over the candidates of one leaf. */
class Search {
  best: Split | undefined;
  readonly #options: SplitOptions;
  /** Subsets of many categories are penalised more. */
  readonly #categoryPenalty: Penalty;
  readonly #leaf: LeafSums;
  readonly #scales: Scales;
  readonly #bounded: boolean;
  readonly #rowsPerHessian: number;
  readonly #minHessian: number;
  readonly #own: number;
  #bestGain: number;

  constructor(options: SplitOptions, leaf: LeafSums, scales: Scales, own: number, bounded: boolean) {
    this.#options = options;
    this.#categoryPenalty = { l1: options.l1, l2: options.l2 + options.categoryL2 };
    this.#leaf = leaf;
    this.#scales = scales;
    this.#bounded = bounded;
    this.#own = own;
    this.#rowsPerHessian = leaf.rows / leaf.hessian;
    // Rows are told from their share of the Hessian, exactly so where the Hessian is constant.
    this.#minHessian = Math.max(
      (options.minData * leaf.hessian) / leaf.rows - 1e-6,
      options.minHessian / scales.hessian,
    );
    this.#bestGain = own + Math.max(options.minGain, 1e-12);
  }

  number(words: Int32Array, at: number, bins: number, feature: number): void {
    const missing = words[at]! !== 0 || words[at + 1]! !== 0;
    this.#scan(words, at, bins - 1, feature, 1);
    if (missing) {
      this.#scan(words, at, bins, feature, 1);
      this.#scan(words, at, bins - 1, feature, 0);
    }
  }

  /** Splits after each bin before `end`, with missing values left (`first` = 0) or right (`first` = 1). */
  #scan(words: Int32Array, at: number, end: number, feature: number, first: number): void {
    const { l1, l2 } = this.#options;
    const { gradient: total, hessian: weight } = this.#leaf;
    const { gradient: gradientScale, hessian: hessianScale } = this.#scales;
    const simple = l1 === 0 && !this.#bounded;
    const largest = weight - this.#minHessian;
    let gradient = first === 0 ? words[at + 1]! : 0;
    let hessian = first === 0 ? words[at]! : 0;
    let bestLast = -1;
    let bestGradient = 0;
    let bestHessian = 0;
    for (let bin = 1; bin < end; bin++) {
      hessian += words[at + bin * 2]!;
      gradient += words[at + bin * 2 + 1]!;
      if (hessian < this.#minHessian) continue;
      if (hessian > largest) break;
      let gain: number;
      if (simple) {
        const g = gradient * gradientScale;
        const h = hessian * hessianScale;
        const rg = (total - gradient) * gradientScale;
        const rh = (weight - hessian) * hessianScale;
        gain = (g * g) / (h + l2) + (rg * rg) / (rh + l2);
      } else gain = this.#pairGain(gradient, hessian, feature, this.#options);
      if (gain > this.#bestGain) {
        this.#bestGain = gain;
        bestLast = bin;
        bestGradient = gradient;
        bestHessian = hessian;
      }
    }
    if (bestLast >= 0) this.#accept(feature, bestGradient, bestHessian, this.#options, { first, last: bestLast });
  }

  /** Gain of two children from the quantised sums of the left one; −∞ where they break the feature's direction. */
  #pairGain(gradient: number, hessian: number, feature: number, penalty: Penalty): number {
    const leaf = this.#leaf;
    const scales = this.#scales;
    const g = gradient * scales.gradient;
    const h = hessian * scales.hessian;
    const rg = (leaf.gradient - gradient) * scales.gradient;
    const rh = (leaf.hessian - hessian) * scales.hessian;
    const left = leafValue(g, h, penalty, leaf);
    const right = leafValue(rg, rh, penalty, leaf);
    const direction = this.#options.monotone[feature]!;
    if ((direction > 0 && left > right) || (direction < 0 && left < right)) return Number.NEGATIVE_INFINITY;
    return leafGain(g, h, left, penalty) + leafGain(rg, rh, right, penalty);
  }

  #accept(
    feature: number,
    gradient: number,
    hessian: number,
    penalty: Penalty,
    side: { first: number; last: number; set?: Uint8Array },
  ): void {
    const leaf = this.#leaf;
    const { gradient: gs, hessian: hs } = this.#scales;
    this.best = {
      feature,
      gain: this.#bestGain - this.#own,
      ...side,
      leftGradient: gradient,
      leftHessian: hessian,
      leftValue: leafValue(gradient * gs, hessian * hs, penalty, leaf),
      rightValue: leafValue((leaf.gradient - gradient) * gs, (leaf.hessian - hessian) * hs, penalty, leaf),
    };
  }

  /**
   * Categories ordered by mean gradient, then split like numbers (Fisher 1958); missing, rare and unseen ones go right.
   * Few categories are tried one against the rest.
   */
  category(words: Int32Array, at: number, bins: number, feature: number): void {
    const { categorySmooth } = this.#options;
    const { gradient: gs, hessian: hs } = this.#scales;
    const present: number[] = [];
    for (let bin = 1; bin < bins; bin++) {
      if (words[at + bin * 2]! * this.#rowsPerHessian >= Math.min(this.#options.minData, 5)) present.push(bin);
    }
    if (present.length === 0) return;
    if (present.length <= oneVersusRest) {
      for (const bin of present) this.#prefix(words, at, [bin], feature, this.#options);
      return;
    }
    const mean = new Map(
      present.map((bin) => [bin, (words[at + bin * 2 + 1]! * gs) / (words[at + bin * 2]! * hs + categorySmooth)]),
    );
    present.sort((a, b) => mean.get(a)! - mean.get(b)! || a - b);
    this.#prefix(words, at, present.slice(0, largestLeftSet), feature, this.#categoryPenalty);
    this.#prefix(words, at, present.reverse().slice(0, largestLeftSet), feature, this.#categoryPenalty);
  }

  /** Tries every prefix of `order` as the set that goes left. */
  #prefix(words: Int32Array, at: number, order: readonly number[], feature: number, penalty: Penalty): void {
    let gradient = 0;
    let hessian = 0;
    let bestCount = 0;
    let bestSums = { gradient: 0, hessian: 0 };
    for (const [index, bin] of order.entries()) {
      hessian += words[at + bin * 2]!;
      gradient += words[at + bin * 2 + 1]!;
      const rest = this.#leaf.hessian - hessian;
      if (hessian < this.#minHessian) continue;
      if (rest < this.#minHessian) break;
      const gain = this.#pairGain(gradient, hessian, feature, penalty);
      if (gain > this.#bestGain) {
        this.#bestGain = gain;
        bestCount = index + 1;
        bestSums = { gradient, hessian };
      }
    }
    if (bestCount === 0) return;
    const set = new Uint8Array(32);
    for (const bin of order.slice(0, bestCount)) set[bin >> 3]! |= 1 << (bin & 7);
    this.#accept(feature, bestSums.gradient, bestSums.hessian, penalty, { first: 0, last: 0, set });
  }
}
