import { quadrature } from "../../numerics/quadrature.ts";
import type { Tree } from "./tree.ts";
import {
  agrees,
  type BinnedRows,
  bits,
  blockRows,
  choose,
  LeafTable,
  type ShapRequest,
  TreePaths,
} from "./tree-shap.ts";

/**
 * Exact SHAP interaction values of a sum of trees (Lundberg et al. 2020): half the Shapley interaction index of every pair of
 * features, and on the diagonal what is left of a feature's Shapley value. Rows × groups × groups, features summed by group; each
 * row's table adds up to its score less the expected one. Of the cover game, or against a background where one is given.
 */
export function treeInteractions(trees: readonly Tree[], rows: BinnedRows, request: ShapRequest): Float64Array {
  const { groups, groupCount } = request;
  const size = groupCount * groupCount;
  const values = new Float64Array(rows.rows * size);
  for (const tree of trees) {
    if (tree.feature.length === 0) continue;
    const paths = new TreePaths(tree, groups.length);
    const met = request.background && paths.meet(request.background);
    const leaves = paths.pathFeatures.map((features, leaf) => {
      const own = features.map((feature) => groups[feature]!);
      const value = tree.value[leaf]!;
      return met
        ? new BackgroundPairs(own, groupCount, value, met[leaf]!)
        : new CoverPairs(own, groupCount, value, paths.pathShares[leaf]!);
    });
    for (let from = 0; from < rows.rows; from += blockRows) {
      const count = Math.min(blockRows, rows.rows - from);
      paths.follow(rows.matrix, from, count);
      leaves.forEach((leaf, index) => {
        leaf.add(paths.leafPatterns(index), count, values, from * size, size);
      });
    }
  }
  return values;
}

/** Cells of the groups' table that the pairs of a path's features belong to, row by row. */
function pairColumns(groups: readonly number[], groupCount: number): Int32Array {
  return Int32Array.from(groups.flatMap((a) => groups.map((b) => a * groupCount + b)));
}

/** One leaf's table of pairs, in which a row's diagonal is the feature's Shapley value less its interactions. */
abstract class PairTable extends LeafTable {
  readonly baseline = 0;
  protected readonly count: number;

  constructor(groups: readonly number[], groupCount: number) {
    super(pairColumns(groups, groupCount), groups.length);
    this.count = groups.length;
  }

  protected contributions(pattern: number, out: Float64Array): void {
    const { count } = this;
    this.pairs(pattern, out);
    for (let i = 0; i < count; i++) {
      let own = this.shapley(pattern, i);
      for (let j = 0; j < count; j++) if (j !== i) own -= out[i * count + j]!;
      out[i * count + i] = own;
    }
  }

  /** Writes half the interaction index of every pair, both orders. */
  protected abstract pairs(pattern: number, out: Float64Array): void;
  protected abstract shapley(pattern: number, feature: number): number;
}

/**
 * The cover game of a leaf is a product over its features, so the interaction index of two of them is the product of both
 * differences times the integral of all other factors: Gauss–Legendre quadrature is exact for that polynomial.
 */
class CoverPairs extends PairTable {
  readonly #value: number;
  readonly #shares: readonly number[];

  constructor(groups: readonly number[], groupCount: number, value: number, shares: readonly number[]) {
    super(groups, groupCount);
    this.#value = value;
    this.#shares = shares;
  }

  protected pairs(pattern: number, out: Float64Array): void {
    for (let i = 0; i < this.count; i++) {
      for (let j = 0; j < i; j++) {
        const half = (this.#integral(pattern, i, j) * this.#difference(pattern, i) * this.#difference(pattern, j)) / 2;
        out[i * this.count + j] = half;
        out[j * this.count + i] = half;
      }
    }
  }

  protected shapley(pattern: number, feature: number): number {
    return this.#integral(pattern, feature, feature) * this.#difference(pattern, feature);
  }

  #difference(pattern: number, feature: number): number {
    return agrees(pattern, feature) - this.#shares[feature]!;
  }

  /** The leaf's value times ∫₀¹ Π (one t + z (1 − t)) dt over all features but `i` and `j`. */
  #integral(pattern: number, i: number, j: number): number {
    const { points, weights } = quadrature(Math.ceil(this.count / 2));
    let sum = 0;
    for (let index = 0; index < points.length; index++) {
      const point = points[index]!;
      let product = weights[index]! * this.#value;
      for (let k = 0; k < this.count; k++) {
        if (k !== i && k !== j) product *= agrees(pattern, k) * point + this.#shares[k]! * (1 - point);
      }
      sum += product;
    }
    return sum;
  }
}

/**
 * Against one background row a leaf pays where every gain (only the explained row agrees) is in the coalition and every loss (only
 * the background row agrees) is not: the derivatives of that product have the Beta integrals below.
 */
class BackgroundPairs extends PairTable {
  readonly #value: number;
  readonly #met: readonly (readonly [number, number])[];

  constructor(groups: readonly number[], groupCount: number, value: number, met: ReadonlyMap<number, number>) {
    super(groups, groupCount);
    this.#value = value;
    this.#met = [...met];
  }

  protected pairs(pattern: number, out: Float64Array): void {
    for (const [other, share] of this.#met) {
      if ((pattern & other) !== 0) continue;
      for (let i = 0; i < this.count; i++) {
        for (let j = 0; j < i; j++) {
          const half = (this.#value * share * derivative(other, pattern, [i, j])) / 2;
          out[i * this.count + j]! += half;
          out[j * this.count + i]! += half;
        }
      }
    }
  }

  protected shapley(pattern: number, feature: number): number {
    let sum = 0;
    for (const [other, share] of this.#met) {
      if ((pattern & other) === 0) sum += this.#value * share * derivative(other, pattern, [feature]);
    }
    return sum;
  }
}

/** ∫₀¹ of the derivative of Π_gains x Π_losses (1 − x) by some features along the diagonal x = t. */
function derivative(gains: number, losses: number, features: readonly number[]): number {
  let [sign, g, l] = [1, bits(gains), bits(losses)];
  for (const feature of features) {
    if ((gains >>> feature) & 1) g--;
    else if ((losses >>> feature) & 1) {
      l--;
      sign = -sign;
    } else return 0;
  }
  return sign / ((g + l + 1) * choose(g + l, l));
}
