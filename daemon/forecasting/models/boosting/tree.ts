/**
 * One regression tree over bins. Children ≥ 0 are internal nodes, `~leaf` (negative) are leaves; the root is node 0, or
 * leaf 0 where the tree has no split.
 */
export interface Tree {
  readonly feature: Int32Array;
  /** Numeric splits: bins `first … last` go left (`first` is 0 where missing values go left, else 1). */
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** Categorical splits: index of the 32-byte set of bins that go left in `sets`, else −1. */
  readonly set: Int32Array;
  readonly sets: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly gain: Float64Array;
  /** Training rows (or Hessian weight) through each internal node, and in each leaf. */
  readonly nodeCover: Float64Array;
  readonly leafCover: Float64Array;
  readonly value: Float64Array;
}

/** Whether bin `bin` goes left at internal node `node`. */
export function goesLeft(tree: Tree, node: number, bin: number): boolean {
  const set = tree.set[node]!;
  if (set >= 0) return ((tree.sets[set * 32 + (bin >> 3)]! >> (bin & 7)) & 1) === 1;
  return bin >= tree.first[node]! && bin <= tree.last[node]!;
}

/** Leaf that the row starting at `offset` of a row-major matrix of bins falls into. */
export function leafOf(tree: Tree, matrix: Uint8Array, offset: number): number {
  if (tree.feature.length === 0) return 0;
  let node = 0;
  while (node >= 0) {
    const bin = matrix[offset + tree.feature[node]!]!;
    node = goesLeft(tree, node, bin) ? tree.left[node]! : tree.right[node]!;
  }
  return ~node;
}

/** Adds the tree's value to the score of every row of a row-major matrix of `width` columns. */
export function addTree(tree: Tree, matrix: Uint8Array, width: number, scores: Float64Array): void {
  for (let row = 0; row < scores.length; row++) scores[row]! += tree.value[leafOf(tree, matrix, row * width)]!;
}

/** A tree as JSON: plain arrays under the same names. */
export type SavedTree = { readonly [Key in keyof Tree]: readonly number[] };

/** Plain arrays of a tree. */
export function saveTree(tree: Tree): SavedTree {
  return {
    feature: [...tree.feature],
    first: [...tree.first],
    last: [...tree.last],
    set: [...tree.set],
    sets: [...tree.sets],
    left: [...tree.left],
    right: [...tree.right],
    gain: [...tree.gain],
    nodeCover: [...tree.nodeCover],
    leafCover: [...tree.leafCover],
    value: [...tree.value],
  };
}

/** Reverses `saveTree`. */
export function loadTree(saved: SavedTree): Tree {
  return {
    feature: Int32Array.from(saved.feature),
    first: Uint8Array.from(saved.first),
    last: Uint8Array.from(saved.last),
    set: Int32Array.from(saved.set),
    sets: Uint8Array.from(saved.sets),
    left: Int32Array.from(saved.left),
    right: Int32Array.from(saved.right),
    gain: Float64Array.from(saved.gain),
    nodeCover: Float64Array.from(saved.nodeCover),
    leafCover: Float64Array.from(saved.leafCover),
    value: Float64Array.from(saved.value),
  };
}
