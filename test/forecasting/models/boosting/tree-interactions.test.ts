import { describe, expect, test } from "vitest";
import { binTable } from "../../../../daemon/forecasting/models/boosting/binning.ts";
import { goesLeft, type Tree } from "../../../../daemon/forecasting/models/boosting/tree.ts";
import { treeInteractions } from "../../../../daemon/forecasting/models/boosting/tree-interactions.ts";
import { treeShap } from "../../../../daemon/forecasting/models/boosting/tree-shap.ts";
import { makeData, plainOptions, train } from "./helpers.ts";

const width = 4;
const groups = Int32Array.from({ length: width }, (_, index) => index);

async function example() {
  const data = makeData(400, width, ([a, b, c, d], random) => 3 * a! * b! + (c! > 0.5 ? d! : -a!) + 0.3 * random());
  const booster = await train(data, plainOptions(width, { rounds: 6, leaves: 12 }));
  return { booster, matrix: binTable(data.table, booster.bins) };
}

type Game = (coalition: number) => number;

/** Half the Shapley interaction index of two players, by enumeration (Grabisch & Roubens 1999; Lundberg et al. 2020). */
function interaction(game: Game, i: number, j: number): number {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  let sum = 0;
  for (let coalition = 0; coalition < 2 ** width; coalition++) {
    if ((coalition >> i) & 1 || (coalition >> j) & 1) continue;
    const size = coalition.toString(2).replaceAll("0", "").length;
    const weight = (factorial(size) * factorial(width - size - 2)) / (2 * factorial(width - 1));
    const [a, b] = [1 << i, 1 << j];
    sum += weight * (game(coalition | a | b) - game(coalition | a) - game(coalition | b) + game(coalition));
  }
  return sum;
}

/** Expected value of a tree when only the features of `coalition` are known, by cover. */
function coverValue(tree: Tree, cells: Uint8Array, coalition: number): number {
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

describe("treeInteractions", () => {
  test("equals enumeration of the cover game, and each row adds up to its Shapley values", async () => {
    const { booster, matrix } = await example();
    const rows = { matrix: matrix.subarray(0, 15 * width), rows: 15 };
    const request = { groups, groupCount: width };
    const pairs = treeInteractions(booster.trees, rows, request);
    const shap = treeShap(booster.trees, booster.base, rows, request);
    for (let row = 0; row < rows.rows; row++) {
      const cells = matrix.subarray(row * width, (row + 1) * width);
      const game: Game = (coalition) =>
        booster.trees.reduce((sum, tree) => sum + coverValue(tree, cells, coalition), booster.base);
      for (let i = 0; i < width; i++) {
        const own = pairs.subarray((row * width + i) * width, (row * width + i + 1) * width);
        expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(shap.values[row * width + i]!, 10);
        for (let j = 0; j < width; j++) if (j !== i) expect(own[j]).toBeCloseTo(interaction(game, i, j), 10);
      }
    }
  });

  test("equals enumeration against a background", async () => {
    const { booster, matrix } = await example();
    const background = { matrix: matrix.subarray(100 * width, 111 * width), rows: 11 };
    const rows = { matrix: matrix.subarray(0, 6 * width), rows: 6 };
    const request = { groups, groupCount: width, background };
    const pairs = treeInteractions(booster.trees, rows, request);
    const shap = treeShap(booster.trees, booster.base, rows, request);
    for (let row = 0; row < rows.rows; row++) {
      const cells = matrix.subarray(row * width, (row + 1) * width);
      const game: Game = (coalition) => {
        let sum = 0;
        for (let other = 0; other < background.rows; other++) {
          const mixed = cells.map((bin, i) => ((coalition >> i) & 1 ? bin : background.matrix[other * width + i]!));
          sum += booster.trees.reduce((total, tree) => total + coverValue(tree, mixed, 2 ** width - 1), 0);
        }
        return sum / background.rows;
      };
      for (let i = 0; i < width; i++) {
        const own = pairs.subarray((row * width + i) * width, (row * width + i + 1) * width);
        expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(shap.values[row * width + i]!, 10);
        for (let j = 0; j < i; j++) expect(own[j]).toBeCloseTo(interaction(game, i, j), 10);
      }
    }
  });

  test("finds none in an additive model", async () => {
    const data = makeData(400, width, ([a, b]) => 2 * a! + b!);
    const booster = await train(data, plainOptions(width, { rounds: 20, leaves: 2 }));
    const rows = { matrix: binTable(data.table, booster.bins), rows: 400 };
    const pairs = treeInteractions(booster.trees, rows, { groups, groupCount: width });
    pairs.forEach((value, at) => {
      if (Math.floor(at / width) % width !== at % width) expect(Math.abs(value)).toBeLessThan(1e-12);
    });
  });
});
