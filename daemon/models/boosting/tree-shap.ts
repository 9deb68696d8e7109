import { quadrature } from "./quadrature.ts";
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
  const width = request.groups.length;
  let baseline = base;
  for (const tree of trees) {
    if (tree.feature.length === 0) {
      baseline += tree.value[0]!;
      continue;
    }
    const paths = new TreePaths(tree, width);
    const leaves = paths.leaves(request);
    for (const leaf of leaves) baseline += leaf.baseline;
    for (let row = 0; row < rows.rows; row++) {
      paths.follow(rows.matrix, row * width);
      const at = row * request.groupCount;
      for (let leaf = 0; leaf < leaves.length; leaf++) leaves[leaf]!.add(paths.leafPattern[leaf]!, values, at);
    }
  }
  return { baseline, values };
}

/** The paths of one tree, and the pattern with which a row meets each of its leaves. */
class TreePaths {
  /** Pattern of the row that was followed last, a leaf each. */
  readonly leafPattern: Int32Array;
  private readonly tree: Tree;
  private readonly width: number;
  private readonly nodePattern: Int32Array;
  /** Bit of each node's feature among the distinct features of its path. */
  private readonly bit: Int32Array;
  private readonly features: number[][] = [];
  private readonly fractions: number[][] = [];

  constructor(tree: Tree, width: number) {
    this.tree = tree;
    this.width = width;
    this.nodePattern = new Int32Array(tree.feature.length);
    this.leafPattern = new Int32Array(tree.value.length);
    this.bit = new Int32Array(tree.feature.length);
    this.walk(0, [], []);
  }

  /** Leaves with their tables, for the background or the covers. */
  leaves({ groups, background }: ShapRequest): LeafTable[] {
    const met = background && this.meet(background);
    return this.features.map((features, leaf) => {
      const columns = features.map((feature) => groups[feature]!);
      const value = this.tree.value[leaf]!;
      return met
        ? new BackgroundLeaf(columns, value, met[leaf]!)
        : new CoverLeaf(columns, value, this.fractions[leaf]!);
    });
  }

  /** Sets the patterns of one row. Parents precede their children in the node order. */
  follow(matrix: Uint8Array, offset: number): void {
    const { tree, nodePattern, leafPattern, bit } = this;
    nodePattern[0] = 0;
    for (let node = 0; node < tree.feature.length; node++) {
      const pattern = nodePattern[node]!;
      const left = goesLeft(tree, node, matrix[offset + tree.feature[node]!]!);
      const toLeft = tree.left[node]!;
      const toRight = tree.right[node]!;
      const leftPattern = left ? pattern : pattern | bit[node]!;
      const rightPattern = left ? pattern | bit[node]! : pattern;
      if (toLeft >= 0) nodePattern[toLeft] = leftPattern;
      else leafPattern[~toLeft] = leftPattern;
      if (toRight >= 0) nodePattern[toRight] = rightPattern;
      else leafPattern[~toRight] = rightPattern;
    }
  }

  private walk(node: number, features: readonly number[], fractions: readonly number[]): void {
    if (node < 0) {
      this.features[~node] = [...features];
      this.fractions[~node] = [...fractions];
      return;
    }
    const { tree } = this;
    const feature = tree.feature[node]!;
    const known = features.indexOf(feature);
    const index = known < 0 ? features.length : known;
    this.bit[node] = 1 << index;
    for (const child of [tree.left[node]!, tree.right[node]!]) {
      const cover = child >= 0 ? tree.nodeCover[child]! : tree.leafCover[~child]!;
      const share = cover / tree.nodeCover[node]!;
      const next = known < 0 ? [...fractions, share] : fractions.with(index, fractions[index]! * share);
      this.walk(child, known < 0 ? [...features, feature] : features, next);
    }
  }

  /** How often background rows meet each leaf with each pattern. */
  private meet(background: BinnedRows): Map<number, number>[] {
    const met = this.features.map(() => new Map<number, number>());
    for (let row = 0; row < background.rows; row++) {
      this.follow(background.matrix, row * this.width);
      met.forEach((counts, leaf) => {
        const pattern = this.leafPattern[leaf]!;
        counts.set(pattern, (counts.get(pattern) ?? 0) + 1 / background.rows);
      });
    }
    return met;
  }
}

/** Patterns of paths with up to so many features are looked up in an array. */
const directFeatures = 12;

/** Contributions of one leaf by pattern, computed when first met. */
abstract class LeafTable {
  /** What the leaf adds to the expected score. */
  abstract readonly baseline: number;
  protected readonly columns: readonly number[];
  private readonly direct: (Float64Array | undefined)[] | undefined;
  private readonly byPattern = new Map<number, Float64Array>();

  constructor(columns: readonly number[]) {
    this.columns = columns;
    this.direct =
      columns.length <= directFeatures ? new Array<Float64Array | undefined>(2 ** columns.length) : undefined;
  }

  /** Adds the contributions of a pattern to one row of the result. */
  add(pattern: number, values: Float64Array, at: number): void {
    const { columns } = this;
    const found =
      (this.direct === undefined ? this.byPattern.get(pattern) : this.direct[pattern]) ?? this.remember(pattern);
    for (let i = 0; i < columns.length; i++) values[at + columns[i]!]! += found[i]!;
  }

  private remember(pattern: number): Float64Array {
    const computed = this.contributions(pattern);
    if (this.direct === undefined) this.byPattern.set(pattern, computed);
    else this.direct[pattern] = computed;
    return computed;
  }

  protected abstract contributions(pattern: number): Float64Array;
}

/**
 * Path-dependent values. With one(j) = 1 where the row agrees and z(j) the share of training rows that do, feature i gets
 * value × (one(i) − z(i)) × ∫₀¹ Π_{j≠i} (one(j) t + z(j) (1 − t)) dt: the Shapley weights are Beta integrals. The integrand is a
 * polynomial, so Gauss–Legendre quadrature of half as many points as features is exact.
 */
class CoverLeaf extends LeafTable {
  readonly baseline: number;
  private readonly value: number;
  private readonly shares: readonly number[];

  constructor(columns: readonly number[], value: number, shares: readonly number[]) {
    super(columns);
    this.value = value;
    this.shares = shares;
    this.baseline = shares.reduce((product, share) => product * share, value);
  }

  protected contributions(pattern: number): Float64Array {
    const count = this.shares.length;
    const out = new Float64Array(count);
    const { points, weights } = quadrature(Math.ceil(count / 2));
    points.forEach((point, index) => {
      const factors = this.shares.map((share, i) => agrees(pattern, i) * point + share * (1 - point));
      const product = factors.reduce((a, b) => a * b, weights[index]! * this.value);
      for (let i = 0; i < count; i++) out[i]! += product / factors[i]!;
    });
    return out.map((integral, i) => integral * (agrees(pattern, i) - this.shares[i]!));
  }
}

function agrees(pattern: number, index: number): number {
  return 1 - ((pattern >>> index) & 1);
}

/**
 * Interventional values: against one background row, features on which only the explained row agrees share the leaf's value,
 * those on which only the background row agrees share its loss, and a feature on which neither does leaves nothing.
 */
class BackgroundLeaf extends LeafTable {
  readonly baseline: number;
  private readonly value: number;
  private readonly met: readonly (readonly [number, number])[];

  constructor(columns: readonly number[], value: number, met: ReadonlyMap<number, number>) {
    super(columns);
    this.value = value;
    this.met = [...met];
    this.baseline = value * (met.get(0) ?? 0);
  }

  protected contributions(pattern: number): Float64Array {
    const out = new Float64Array(this.columns.length);
    for (const [other, share] of this.met) {
      if ((pattern & other) !== 0) continue;
      const gains = bits(other);
      const losses = bits(pattern);
      const each = (this.value * share) / ((gains + losses) * choose(gains + losses - 1, losses));
      const loss = (this.value * share) / ((gains + losses) * choose(gains + losses - 1, gains));
      for (let i = 0; i < out.length; i++) {
        if ((other >>> i) & 1) out[i]! += each;
        else if ((pattern >>> i) & 1) out[i]! -= loss;
      }
    }
    return out;
  }
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function choose(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return result;
}
