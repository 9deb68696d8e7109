import { describe, expect, test } from "vitest";
import { binTable, type FeatureBins } from "../../../../daemon/forecasting/models/boosting/binning.ts";
import { scoresOf } from "../../../../daemon/forecasting/models/boosting/booster.ts";
import type { Tree } from "../../../../daemon/forecasting/models/boosting/tree.ts";
import { goesLeft } from "../../../../daemon/forecasting/models/boosting/tree.ts";
import { treeShap } from "../../../../daemon/forecasting/models/boosting/tree-shap.ts";
import { makeData, plainOptions, train } from "./helpers.ts";

const width = 5;
const groups = Int32Array.from({ length: width }, (_, index) => index);

async function example() {
  const data = makeData(400, width, ([a, b, c, d], random) => 3 * a! * b! + (c! > 0.5 ? d! : -a!) + 0.3 * random());
  const booster = await train(data, plainOptions(width, { rounds: 6, leaves: 12 }));
  const matrix = binTable(data.table, booster.bins);
  return { data, booster, matrix };
}

/** Expected value of a tree when only the features in `coalition` are known, by cover (Lundberg et al. 2020, algorithm 1). */
function coverGame(tree: Tree, cells: Uint8Array, coalition: number): number {
  const visit = (node: number): number => {
    if (node < 0) return tree.value[~node]!;
    const feature = tree.feature[node]!;
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    if ((coalition >> feature) & 1) return visit(goesLeft(tree, node, cells[feature]!) ? left : right);
    const cover = (child: number): number => (child >= 0 ? tree.nodeCover[child]! : tree.leafCover[~child]!);
    return (cover(left) * visit(left) + cover(right) * visit(right)) / tree.nodeCover[node]!;
  };
  return tree.feature.length === 0 ? tree.value[0]! : visit(0);
}

function leafValueOf(tree: Tree, cells: Uint8Array): number {
  return coverGame(tree, cells, 2 ** cells.length - 1);
}

/** Shapley values of a game over `width` players by enumeration of all coalitions. */
function enumerate(game: (coalition: number) => number, players: number): number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return Array.from({ length: players }, (_, player) => {
    let sum = 0;
    for (let coalition = 0; coalition < 2 ** players; coalition++) {
      if ((coalition >> player) & 1) continue;
      const size = coalition.toString(2).replaceAll("0", "").length;
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players);
      sum += weight * (game(coalition | (1 << player)) - game(coalition));
    }
    return sum;
  });
}

describe("treeShap", () => {
  test("equals enumeration of the cover game", async () => {
    const { booster, matrix } = await example();
    const rows = { matrix: matrix.subarray(0, 20 * width), rows: 20 };
    const shap = treeShap(booster.trees, booster.base, rows, { groups, groupCount: width });
    for (let row = 0; row < rows.rows; row++) {
      const cells = matrix.subarray(row * width, (row + 1) * width);
      const game = (coalition: number): number =>
        booster.trees.reduce((sum, tree) => sum + coverGame(tree, cells, coalition), booster.base);
      expect(shap.baseline).toBeCloseTo(game(0), 10);
      enumerate(game, width).forEach((value, feature) => {
        expect(shap.values[row * width + feature]).toBeCloseTo(value, 10);
      });
    }
  });

  test("equals enumeration against a background", async () => {
    const { booster, matrix } = await example();
    const background = { matrix: matrix.subarray(100 * width, 117 * width), rows: 17 };
    const rows = { matrix: matrix.subarray(0, 10 * width), rows: 10 };
    const shap = treeShap(booster.trees, booster.base, rows, { groups, groupCount: width, background });
    for (let row = 0; row < rows.rows; row++) {
      const cells = matrix.subarray(row * width, (row + 1) * width);
      const game = (coalition: number): number => {
        let sum = 0;
        for (let other = 0; other < background.rows; other++) {
          const mixed = cells.map((bin, i) => ((coalition >> i) & 1 ? bin : background.matrix[other * width + i]!));
          sum += booster.trees.reduce((total, tree) => total + leafValueOf(tree, mixed), booster.base);
        }
        return sum / background.rows;
      };
      expect(shap.baseline).toBeCloseTo(game(0), 10);
      enumerate(game, width).forEach((value, feature) => {
        expect(shap.values[row * width + feature]).toBeCloseTo(value, 10);
      });
    }
  });

  test("adds up to the score, by groups too", async () => {
    const { data, booster, matrix } = await example();
    const scores = scoresOf(booster, data.table);
    const request = { groups: Int32Array.from([0, 0, 1, 1, 0]), groupCount: 2 };
    const shap = treeShap(booster.trees, booster.base, { matrix, rows: data.table.rows }, request);
    scores.forEach((score, row) => {
      expect(shap.baseline + shap.values[row * 2]! + shap.values[row * 2 + 1]!).toBeCloseTo(score, 9);
    });
  });

  test("gives the published interventional values of a small tree", () => {
    // Four features, splits x0 ≤ 0.1, then x1 ≤ −0.3 and x2 ≤ 0.5 or x3 ≤ 0; right of the root x2 ≤ −0.2: values by enumeration
    // of all coalitions over 16 background rows.
    const bins: FeatureBins[] = [[0.1], [-0.3], [-0.2, 0.5], [0]].map((bounds) => ({
      kind: "number",
      bounds: Float32Array.from(bounds),
      bins: bounds.length + 2,
    }));
    const tree: Tree = {
      feature: Int32Array.from([0, 1, 2, 3, 2]),
      first: new Uint8Array(5).fill(1),
      last: Uint8Array.from([1, 1, 2, 1, 1]),
      set: new Int32Array(5).fill(-1),
      sets: new Uint8Array(0),
      left: Int32Array.from([1, 2, ~0, ~2, ~4]),
      right: Int32Array.from([4, 3, ~1, ~3, ~5]),
      gain: new Float64Array(5),
      nodeCover: new Float64Array(5).fill(1),
      leafCover: new Float64Array(6).fill(1),
      value: Float64Array.from([1.5, -2, 4, 0.25, 10, -3]),
    };
    const background = [
      [1.691, -0.466, 0.033, 0.408],
      [-0.789, 0.002, -0.001, -1.755],
      [1.018, 0.6, -0.625, -0.172],
      [0.505, -0.261, -0.243, -1.453],
      [0.555, 0.124, 0.274, -1.527],
      [1.651, 0.154, -0.387, 2.029],
      [-0.045, -1.451, -0.405, -2.288],
      [1.049, -0.416, -0.743, 1.072],
      [-1.651, 0.535, -2.064, -0.662],
      [-1.204, 1.462, 1.766, -0.329],
      [0.841, -0.18, 0.568, -0.753],
      [-1.708, -1.803, 0.383, 2.248],
      [0.269, -0.525, 1.912, 0.237],
      [0.101, 0.253, -0.132, -0.309],
      [-1.435, 0.502, -0.095, 1.193],
      [-0.369, -1.906, -0.1, 1.7],
    ];
    const explained = [
      [-0.383, -0.89, -1.194, -1.05],
      [-0.3, -1.18, 1.498, -0.283],
      [0.109, 1.438, 1.503, -0.213],
    ];
    const binned = (rows: readonly (readonly number[])[]) => {
      const columns = bins.map((_, feature) => Float32Array.from(rows, (row) => row[feature]!));
      const table = { rows: rows.length, columns, categorical: bins.map(() => false) };
      return { matrix: binTable(table, bins), rows: rows.length };
    };
    const shap = treeShap([tree], 0, binned(explained), {
      groups: Int32Array.from([0, 1, 2, 3]),
      groupCount: 4,
      background: binned(background),
    });
    expect(shap.baseline).toBeCloseTo(2.609375, 12);
    const expected = [
      -2.505208333333333, -1.0833333333333333, 2.3229166666666665, 0.15625, 0.3854166666666667, -1.9583333333333333,
      -3.1927083333333335, 0.15625, -1.7109375, 0.1875, -4.28125, 0.1953125,
    ];
    expected.forEach((value, index) => {
      expect(shap.values[index]).toBeCloseTo(value, 12);
    });
  });
});
