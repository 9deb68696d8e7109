import { binTable, type FeatureBins, type Table } from "./binning.ts";
import { type ObjectiveName, objectiveOf } from "./objective.ts";
import { addTree, loadTree, type SavedTree, saveTree, type Tree } from "./tree.ts";

/** A trained sum of trees: prediction = link(base + Σ trees), learning rate already in the leaves. */
export interface Booster {
  readonly bins: readonly FeatureBins[];
  readonly trees: readonly Tree[];
  readonly base: number;
  readonly objective: ObjectiveName;
}

/** Scores (before the link) of every row of a table with the columns the booster was trained on. */
export function scoresOf(booster: Booster, table: Table): Float64Array {
  return scoresOfBins(booster, binTable(table, booster.bins), table.rows);
}

/** Scores of rows that are binned already (row-major). */
export function scoresOfBins(booster: Booster, matrix: Uint8Array, rows: number): Float64Array {
  const scores = new Float64Array(rows).fill(booster.base);
  for (const tree of booster.trees) addTree(tree, matrix, booster.bins.length, scores);
  return scores;
}

/** Predictions of every row, on the scale of the target. */
export function predictTable(booster: Booster, table: Table): Float64Array {
  const { predict } = objectiveOf(booster.objective);
  return scoresOf(booster, table).map(predict);
}

/** A booster as JSON. */
export interface SavedBooster {
  readonly bins: readonly ({ readonly bounds: readonly number[] } | { readonly codes: readonly number[] })[];
  readonly trees: readonly SavedTree[];
  readonly base: number;
  readonly objective: ObjectiveName;
}

/** Plain data of a booster. */
export function saveBooster(booster: Booster): SavedBooster {
  return {
    bins: booster.bins.map((each) =>
      each.kind === "number" ? { bounds: [...each.bounds] } : { codes: [...each.codes] },
    ),
    trees: booster.trees.map(saveTree),
    base: booster.base,
    objective: booster.objective,
  };
}

/** Reverses `saveBooster`. */
export function loadBooster(saved: SavedBooster): Booster {
  return {
    bins: saved.bins.map((each) =>
      "bounds" in each
        ? { kind: "number", bounds: Float32Array.from(each.bounds), bins: each.bounds.length + 2 }
        : { kind: "category", codes: Int32Array.from(each.codes), bins: each.codes.length + 1 },
    ),
    trees: saved.trees.map(loadTree),
    base: saved.base,
    objective: saved.objective,
  };
}
