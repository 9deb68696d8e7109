import type { FeatureMatrix } from "../../features/matrix.ts";
import { historyFactor, type ScaledContributions } from "../scaled-attribution.ts";
import { binTable } from "./binning.ts";
import { type Booster, scoresOfBins } from "./booster.ts";
import { objectiveOf } from "./objective.ts";
import { treeInteractions } from "./tree-interactions.ts";
import { treeShap } from "./tree-shap.ts";

/** Path-dependent TreeSHAP of every row, features summed by factor. `names` gives the factor of each feature. */
export function boosterContributions(
  booster: Booster,
  matrix: FeatureMatrix,
  names: readonly string[],
): ScaledContributions {
  const factors = [...new Set([historyFactor, ...names])];
  const width = factors.length;
  const shap = treeShap(
    booster.trees,
    booster.base,
    { matrix: binTable(matrix, booster.bins), rows: matrix.rows },
    { groups: Int32Array.from(names, (name) => factors.indexOf(name)), groupCount: width },
  );
  const { predict } = objectiveOf(booster.objective);
  const start = predict(shap.baseline);
  const values = shap.values.slice();
  for (let row = 0; row < matrix.rows; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const moved = own.reduce((sum, value) => sum + value, 0);
    // A loss with a logarithmic link is additive in the logarithm: its parts share the change in proportion.
    const stretch = moved === 0 ? 0 : (predict(shap.baseline + moved) - start) / moved;
    own.set(own.map((value) => value * stretch));
  }
  return { factors, values, start: new Float64Array(matrix.rows).fill(start) };
}

/**
 * Path-dependent interaction values of every row, rows × factors × factors, features summed by factor; in units of the score, for
 * which a logarithmic link is taken as its slope at the row.
 */
export function boosterInteractions(booster: Booster, matrix: FeatureMatrix, names: readonly string[]): Float64Array {
  const factors = [...new Set([historyFactor, ...names])];
  const width = factors.length;
  const rows = { matrix: binTable(matrix, booster.bins), rows: matrix.rows };
  const request = { groups: Int32Array.from(names, (name) => factors.indexOf(name)), groupCount: width };
  const values = treeInteractions(booster.trees, rows, request);
  const { predict } = objectiveOf(booster.objective);
  const scores = scoresOfBins(booster, rows.matrix, rows.rows);
  const step = 1e-4;
  scores.forEach((score, row) => {
    const slope = (predict(score + step) - predict(score - step)) / (2 * step);
    if (Math.abs(slope - 1) < 1e-6) return;
    const own = values.subarray(row * width * width, (row + 1) * width * width);
    own.forEach((value, at) => {
      own[at] = value * slope;
    });
  });
  return values;
}
