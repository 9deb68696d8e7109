import { quadrature } from "../../numerics/quadrature.ts";
import { goesLeft, type Tree } from "./tree.ts";

/** Rows of bins, row-major. */
export interface BinnedRows {
  readonly matrix: Uint8Array;
  readonly rows: number;
}

export interface ShapRequest {
  /** Group of each feature; values of a group's features are summed. */
  readonly groups: Int32Array;
  readonly groupCount: number;
  /** Rows that stand for absent features (interventional values); without them tree covers do (path-dependent values). */
  readonly background?: BinnedRows;
}

export interface ShapResult {
  /** Score expected without knowing any feature. */
  readonly baseline: number;
  /** rows × groups; baseline + a row's sum = its score. */
  readonly values: Float64Array;
}

/** Rows that go through a tree together: their sums and one leaf's table stay in the first-level cache. */
export const blockRows = 64;

/**
 * Exact Shapley values of a sum of trees for every row, in units of the score (Lundberg et al. 2020).
 *
 * A leaf pays its value when every feature on its path agrees. A row meets it with a pattern: one bit for each distinct
 * feature of the path, set where the row leaves the path. Contributions depend on that pattern alone, so each leaf computes
 * them once a pattern and rows only add them up (in the spirit of Yang 2021, Fast TreeSHAP, and of Nadel & Wettenstein 2025,
 * Woodelf).
 */
export function treeShap(trees: readonly Tree[], base: number, rows: BinnedRows, request: ShapRequest): ShapResult {
  const values = new Float64Array(rows.rows * request.groupCount);
  let baseline = base;
  for (const tree of trees) {
    if (tree.feature.length === 0) {
      baseline += tree.value[0]!;
      continue;
    }
    const paths = new TreePaths(tree, request.groups.length);
    const leaves = paths.leaves(request);
    for (const leaf of leaves) baseline += leaf.baseline;
    for (let from = 0; from < rows.rows; from += blockRows) {
      const count = Math.min(blockRows, rows.rows - from);
      paths.follow(rows.matrix, from, count);
      leaves.forEach((leaf, index) => {
        leaf.add(paths.leafPatterns(index), count, values, from * request.groupCount, request.groupCount);
      });
    }
  }
  return { baseline, values };
}

/** The paths of one tree, and the patterns with which a block of rows meets each of its leaves. */
export class TreePaths {
  readonly #tree: Tree;
  readonly #width: number;
  /** Patterns of a block of rows at each node and at each leaf. */
  readonly #atNode: Int32Array;
  readonly #atLeaf: Int32Array;
  /** Bit of each node's feature among the distinct features of its path. */
  readonly #bit: Int32Array;
  /** Distinct features on the path to each leaf, and the share of the training rows that agree with each. */
  readonly pathFeatures: number[][] = [];
  readonly pathShares: number[][] = [];

  constructor(tree: Tree, width: number) {
    this.#tree = tree;
    this.#width = width;
    this.#atNode = new Int32Array(tree.feature.length * blockRows);
    this.#atLeaf = new Int32Array(tree.value.length * blockRows);
    this.#bit = new Int32Array(tree.feature.length);
    this.#walk(0, [], []);
  }

  /** Leaves with their tables, for the background or the covers. */
  leaves({ groups, background }: ShapRequest): LeafTable[] {
    const met = background && this.meet(background);
    return this.pathFeatures.map((features, leaf) => {
      const columns = Int32Array.from(features, (feature) => groups[feature]!);
      const value = this.#tree.value[leaf]!;
      return met
        ? new BackgroundLeaf(columns, value, met[leaf]!)
        : new CoverLeaf(columns, value, this.pathShares[leaf]!);
    });
  }

  /** Patterns with which the rows followed last meet a leaf. */
  leafPatterns(leaf: number): Int32Array {
    return this.#atLeaf.subarray(leaf * blockRows, (leaf + 1) * blockRows);
  }

  /** Sets the patterns of `count` rows from row `from` on. Parents precede their children in the node order. */
  follow(matrix: Uint8Array, from: number, count: number): void {
    const tree = this.#tree;
    const width = this.#width;
    const atNode = this.#atNode;
    const bit = this.#bit;
    for (let node = 0; node < tree.feature.length; node++) {
      const at = node * blockRows;
      const own = bit[node]!;
      const [left, leftAt] = this.#patternsOf(tree.left[node]!);
      const [right, rightAt] = this.#patternsOf(tree.right[node]!);
      let cell = from * width + tree.feature[node]!;
      for (let row = 0; row < count; row++, cell += width) {
        const pattern = node === 0 ? 0 : atNode[at + row]!;
        const goes = goesLeft(tree, node, matrix[cell]!);
        left[leftAt + row] = goes ? pattern : pattern | own;
        right[rightAt + row] = goes ? pattern | own : pattern;
      }
    }
  }

  #patternsOf(child: number): [Int32Array, number] {
    return child >= 0 ? [this.#atNode, child * blockRows] : [this.#atLeaf, ~child * blockRows];
  }

  #walk(node: number, features: readonly number[], fractions: readonly number[]): void {
    if (node < 0) {
      this.pathFeatures[~node] = [...features];
      this.pathShares[~node] = [...fractions];
      return;
    }
    const tree = this.#tree;
    const feature = tree.feature[node]!;
    const known = features.indexOf(feature);
    const index = known < 0 ? features.length : known;
    this.#bit[node] = 1 << index;
    for (const child of [tree.left[node]!, tree.right[node]!]) {
      const cover = child >= 0 ? tree.nodeCover[child]! : tree.leafCover[~child]!;
      const share = cover / tree.nodeCover[node]!;
      const next = known < 0 ? [...fractions, share] : fractions.with(index, fractions[index]! * share);
      this.#walk(child, known < 0 ? [...features, feature] : features, next);
    }
  }

  /** How often background rows meet each leaf with each pattern. */
  meet(background: BinnedRows): Map<number, number>[] {
    const met = this.pathFeatures.map(() => new Map<number, number>());
    for (let from = 0; from < background.rows; from += blockRows) {
      const count = Math.min(blockRows, background.rows - from);
      this.follow(background.matrix, from, count);
      met.forEach((counts, leaf) => {
        for (const pattern of this.leafPatterns(leaf).subarray(0, count)) {
          counts.set(pattern, (counts.get(pattern) ?? 0) + 1 / background.rows);
        }
      });
    }
    return met;
  }
}

/** Patterns of paths with up to so many features are looked up in an array. */
const directFeatures = 14;

/** Contributions of one leaf by pattern, computed when first met. */
export abstract class LeafTable {
  /** What the leaf adds to the expected score. */
  abstract readonly baseline: number;
  protected readonly columns: Int32Array;
  /** Place of each pattern's contributions in `table` plus one, 0 where it was not met yet. */
  readonly #direct: Int32Array | undefined;
  readonly #byPattern = new Map<number, number>();
  #table: Float64Array;
  #used = 0;

  /** `features` is how many distinct features the path has, where that is not the number of columns. */
  constructor(columns: Int32Array, features = columns.length) {
    this.columns = columns;
    this.#direct = features <= directFeatures ? new Int32Array(2 ** features) : undefined;
    this.#table = new Float64Array(32 * columns.length);
  }

  /** Adds the contributions of `count` patterns to as many rows of the result, `stride` numbers apart. */
  add(patterns: Int32Array, count: number, values: Float64Array, start: number, stride: number): void {
    const { columns } = this;
    const places = this.#places;
    for (let row = 0; row < count; row++) places[row] = this.#place(patterns[row]!);
    const table = this.#table;
    const width = columns.length;
    for (let row = 0, at = start; row < count; row++, at += stride) {
      const from = places[row]!;
      for (let i = 0; i < width; i++) values[at + columns[i]!]! += table[from + i]!;
    }
  }

  readonly #places = new Int32Array(blockRows);

  #place(pattern: number): number {
    const found = this.#direct === undefined ? (this.#byPattern.get(pattern) ?? 0) : this.#direct[pattern]!;
    if (found > 0) return found - 1;
    const place = this.#used;
    this.#used += this.columns.length;
    if (this.#used > this.#table.length) {
      const larger = new Float64Array(2 * this.#table.length);
      larger.set(this.#table);
      this.#table = larger;
    }
    this.contributions(pattern, this.#table.subarray(place, this.#used));
    if (this.#direct === undefined) this.#byPattern.set(pattern, place + 1);
    else this.#direct[pattern] = place + 1;
    return place;
  }

  /** Writes the contributions of a pattern into zeros. */
  protected abstract contributions(pattern: number, out: Float64Array): void;
}

/**
 * Path-dependent values. With one(j) = 1 where the row agrees and z(j) the share of training rows that do, feature i gets
 * value × (one(i) − z(i)) × ∫₀¹ Π_{j≠i} (one(j) t + z(j) (1 − t)) dt: the Shapley weights are Beta integrals. The integrand is a
 * polynomial, so Gauss–Legendre quadrature of half as many points as features is exact.
 */
class CoverLeaf extends LeafTable {
  readonly baseline: number;
  readonly #value: number;
  readonly #shares: Float64Array;
  readonly #factors: Float64Array;

  constructor(columns: Int32Array, value: number, shares: readonly number[]) {
    super(columns);
    this.#value = value;
    this.#shares = Float64Array.from(shares);
    this.#factors = new Float64Array(shares.length);
    this.baseline = shares.reduce((product, share) => product * share, value);
  }

  protected contributions(pattern: number, out: Float64Array): void {
    const shares = this.#shares;
    const factors = this.#factors;
    const { points, weights } = quadrature(Math.ceil(shares.length / 2));
    for (let index = 0; index < points.length; index++) {
      const point = points[index]!;
      let product = weights[index]! * this.#value;
      for (let i = 0; i < shares.length; i++) {
        const factor = agrees(pattern, i) * point + shares[i]! * (1 - point);
        factors[i] = factor;
        product *= factor;
      }
      for (let i = 0; i < shares.length; i++) out[i]! += product / factors[i]!;
    }
    for (let i = 0; i < shares.length; i++) out[i]! *= agrees(pattern, i) - shares[i]!;
  }
}

/** 1 where a row that meets a leaf with this pattern agrees with a feature of its path, else 0. */
export function agrees(pattern: number, index: number): number {
  return 1 - ((pattern >>> index) & 1);
}

/**
 * Interventional values: against one background row, features on which only the explained row agrees share the leaf's value,
 * those on which only the background row agrees share its loss, and a feature on which neither does leaves nothing.
 */
class BackgroundLeaf extends LeafTable {
  readonly baseline: number;
  readonly #value: number;
  readonly #met: readonly (readonly [number, number])[];

  constructor(columns: Int32Array, value: number, met: ReadonlyMap<number, number>) {
    super(columns);
    this.#value = value;
    this.#met = [...met];
    this.baseline = value * (met.get(0) ?? 0);
  }

  protected contributions(pattern: number, out: Float64Array): void {
    for (const [other, share] of this.#met) {
      if ((pattern & other) !== 0) continue;
      const gains = bits(other);
      const losses = bits(pattern);
      const each = (this.#value * share) / ((gains + losses) * choose(gains + losses - 1, losses));
      const loss = (this.#value * share) / ((gains + losses) * choose(gains + losses - 1, gains));
      for (let i = 0; i < out.length; i++) {
        if ((other >>> i) & 1) out[i]! += each;
        else if ((pattern >>> i) & 1) out[i]! -= loss;
      }
    }
  }
}

/** Number of features in a mask. */
export function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Binomial coefficient. */
export function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}
