import type { FeatureBins } from "./binning.ts";
import { type LeafSums, type Scales, type Split, SplitFinder, type SplitOptions } from "./split.ts";
import type { RowStore } from "./store.ts";
import type { Tree } from "./tree.ts";

export interface GrowOptions extends SplitOptions {
  /** Most leaves of a tree. */
  readonly leaves: number;
  /** Most splits from the root to a leaf; at most 30, so that a path fits into 32 bits (tree-shap.ts). */
  readonly depth: number;
}

/** A tree whose leaf values are not final yet, and the rows of each leaf as ranges of the store's list. */
export interface GrownTree {
  readonly tree: Tree;
  readonly leaves: readonly GrownLeaf[];
}

export interface GrownLeaf {
  readonly start: number;
  readonly end: number;
  /** Bounds that monotone splits leave to the value. */
  readonly low: number;
  readonly high: number;
}

interface Leaf extends LeafSums {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly slot: number;
  readonly value: number;
  readonly split: Split | undefined;
  /** Internal node above and which side of it, −1 at the root. */
  readonly parent: number;
  readonly isLeft: boolean;
}

interface Node {
  readonly split: Split;
  readonly cover: number;
  left: number;
  right: number;
}

/**
 * Grows one tree leaf by leaf, always splitting the leaf that lowers the loss most (Shi 2007; LightGBM, Ke et al. 2017).
 * Each split builds the histogram of the smaller child; its sibling's is the parent's minus that.
 */
export class TreeGrower {
  readonly #store: RowStore;
  readonly #features: readonly FeatureBins[];
  readonly #options: GrowOptions;
  readonly #finder: SplitFinder;

  constructor(store: RowStore, features: readonly FeatureBins[], options: GrowOptions) {
    this.#store = store;
    this.#features = features;
    this.#options = options;
    this.#finder = new SplitFinder(features, store.offsets, options);
  }

  /** Grows over the first `rows` rows of the store's list, whose gradients are packed there, with the features in `use`. */
  grow(rows: number, scales: Scales, use: Uint8Array): GrownTree {
    const nodes: Node[] = [];
    const leaves = [this.#root(rows, scales, use)];
    while (leaves.length < this.#options.leaves) {
      const index = bestLeaf(leaves);
      if (index < 0) break;
      this.#splitLeaf(leaves, index, nodes, scales, use);
    }
    return {
      tree: assemble(nodes, leaves),
      leaves: leaves.map(({ start, end, low, high }) => ({ start, end, low, high })),
    };
  }

  #root(rows: number, scales: Scales, use: Uint8Array): Leaf {
    this.#store.fill(0, 0, rows);
    const { packed, list } = this.#store;
    let gradient = 0;
    let hessian = 0;
    for (let i = 0; i < rows; i++) {
      hessian += packed[list[i]! * 2]!;
      gradient += packed[list[i]! * 2 + 1]!;
    }
    const sums = { gradient, hessian, rows, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    const split = this.#finder.best(this.#store.histogram(0), sums, scales, use);
    return { ...sums, start: 0, end: rows, depth: 0, slot: 0, value: 0, split, parent: -1, isLeft: false };
  }

  #splitLeaf(leaves: Leaf[], index: number, nodes: Node[], scales: Scales, use: Uint8Array): void {
    const leaf = leaves[index]!;
    const split = leaf.split!;
    const bins = this.#features[split.feature]!.bins;
    const middle = this.#store.partition(leaf.start, leaf.end, split.feature, leftOf(split), bins);
    const node = nodes.length;
    nodes.push({ split, cover: leaf.rows, left: ~index, right: ~leaves.length });
    if (leaf.parent >= 0) nodes[leaf.parent]![leaf.isLeft ? "left" : "right"] = node;

    const fresh = leaves.length;
    const leftIsSmaller = middle - leaf.start <= leaf.end - middle;
    const last = leaves.length + 1 >= this.#options.leaves;
    if (!last) {
      const [from, to] = leftIsSmaller ? [leaf.start, middle] : [middle, leaf.end];
      this.#store.fill(fresh, from, to);
      this.#store.subtract(leaf.slot, fresh);
    }
    const bounds = this.#childBounds(leaf, split);
    const child = (isLeft: boolean): Leaf => {
      const sums = {
        start: isLeft ? leaf.start : middle,
        end: isLeft ? middle : leaf.end,
        rows: isLeft ? middle - leaf.start : leaf.end - middle,
        gradient: isLeft ? split.leftGradient : leaf.gradient - split.leftGradient,
        hessian: isLeft ? split.leftHessian : leaf.hessian - split.leftHessian,
        ...(isLeft ? bounds.left : bounds.right),
      };
      const slot = isLeft === leftIsSmaller ? fresh : leaf.slot;
      const depth = leaf.depth + 1;
      const open = !last && depth < this.#options.depth;
      const found = open ? this.#finder.best(this.#store.histogram(slot), sums, scales, use) : undefined;
      const value = isLeft ? split.leftValue : split.rightValue;
      return { ...sums, depth, slot, value, split: found, parent: node, isLeft };
    };
    leaves[index] = child(true);
    leaves.push(child(false));
  }

  /** A monotone split keeps the values below it on their side of the middle of its children's values. */
  #childBounds(leaf: Leaf, split: Split): Record<"left" | "right", { low: number; high: number }> {
    const { low, high } = leaf;
    const direction = this.#options.monotone[split.feature]!;
    const middle = (split.leftValue + split.rightValue) / 2;
    if (direction > 0) return { left: { low, high: middle }, right: { low: middle, high } };
    if (direction < 0) return { left: { low: middle, high }, right: { low, high: middle } };
    return { left: { low, high }, right: { low, high } };
  }
}

function leftOf(split: Split): (bin: number) => boolean {
  const { set, first, last } = split;
  if (set !== undefined) return (bin) => ((set[bin >> 3]! >> (bin & 7)) & 1) === 1;
  return (bin) => bin >= first && bin <= last;
}

function bestLeaf(leaves: readonly Leaf[]): number {
  let best = -1;
  let gain = 0;
  leaves.forEach((leaf, index) => {
    if (leaf.split !== undefined && leaf.split.gain > gain) {
      gain = leaf.split.gain;
      best = index;
    }
  });
  return best;
}

function assemble(nodes: readonly Node[], leaves: readonly Leaf[]): Tree {
  const sets = nodes.flatMap(({ split }) => (split.set === undefined ? [] : [split.set]));
  let set = 0;
  return {
    feature: Int32Array.from(nodes, ({ split }) => split.feature),
    first: Uint8Array.from(nodes, ({ split }) => split.first),
    last: Uint8Array.from(nodes, ({ split }) => split.last),
    set: Int32Array.from(nodes, ({ split }) => (split.set === undefined ? -1 : set++)),
    sets: Uint8Array.from(sets.flatMap((each) => [...each])),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    gain: Float64Array.from(nodes, ({ split }) => split.gain),
    nodeCover: Float64Array.from(nodes, ({ cover }) => cover),
    leafCover: Float64Array.from(leaves, ({ rows }) => rows),
    value: Float64Array.from(leaves, ({ value }) => value),
  };
}
