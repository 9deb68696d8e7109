import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { binTable, type FeatureBins } from "../../../../daemon/forecasting/models/boosting/binning.ts";
import type { Tree } from "../../../../daemon/forecasting/models/boosting/tree.ts";
import { treeInteractions } from "../../../../daemon/forecasting/models/boosting/tree-interactions.ts";
import { treeShap } from "../../../../daemon/forecasting/models/boosting/tree-shap.ts";
import { makeData, plainOptions, train } from "./helpers.ts";

const python = join(import.meta.dirname, "../../../../bench/.venv/bin/python");
const hasShap = existsSync(python) && canImport("shap");

function canImport(module: string): boolean {
  try {
    execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A tree as shap's TreeExplainer takes one: node after node, internal nodes first, thresholds on the values themselves. */
function exported(tree: Tree, bins: readonly FeatureBins[]) {
  const inner = tree.feature.length;
  const place = (child: number) => (child >= 0 ? child : inner + ~child);
  const leaves = [...tree.value];
  const pad = <T>(values: readonly T[], fill: T) => [...values, ...leaves.map(() => fill)];
  const thresholds = [...tree.feature].map((feature, node) => {
    const bin = bins[feature]!;
    return bin.kind === "number" ? bin.bounds[tree.last[node]! - 1]! : Number.NaN;
  });
  return {
    children_left: pad([...tree.left].map(place), -1),
    children_right: pad([...tree.right].map(place), -1),
    children_default: pad([...tree.right].map(place), -1),
    features: pad([...tree.feature], -2),
    thresholds: pad(thresholds, -2),
    values: [...tree.feature].map(() => [0]).concat(leaves.map((value) => [value])),
    node_sample_weight: [...tree.nodeCover, ...tree.leafCover],
  };
}

const script = `
import json, sys
import numpy as np, shap
job = json.load(sys.stdin)
trees = [{key: np.array(value) for key, value in tree.items()} for tree in job["trees"]]
X, background = np.array(job["rows"]), np.array(job["background"])
cover = shap.TreeExplainer({"trees": trees, "base_offset": job["base"]}, feature_perturbation="tree_path_dependent")
against = shap.TreeExplainer({"trees": trees, "base_offset": job["base"]}, background, feature_perturbation="interventional")
print(json.dumps({
  "cover": np.asarray(cover.shap_values(X)).tolist(),
  "pairs": np.asarray(cover.shap_interaction_values(X)).tolist(),
  "against": np.asarray(against.shap_values(X)).tolist(),
}))
`;

test.skipIf(!hasShap)(
  "equals shap's TreeExplainer on an exported model (skipped without bench/.venv: sh bench/setup.sh)",
  async () => {
    const width = 6;
    const data = makeData(600, width, ([a, b, c, d], random) => 3 * a! * b! + (c! > 0.5 ? d! : -a!) + 0.3 * random());
    const booster = await train(data, plainOptions(width, { rounds: 25, leaves: 10 }));
    const matrix = binTable(data.table, booster.bins);
    const part = (from: number, count: number) => ({
      binned: { matrix: matrix.subarray(from * width, (from + count) * width), rows: count },
      values: Array.from({ length: count }, (_, row) => data.table.columns.map((column) => column[from + row]!)),
    });
    const [rows, background] = [part(0, 30), part(200, 40)];
    const input = JSON.stringify({
      trees: booster.trees.map((tree) => exported(tree, booster.bins)),
      base: booster.base,
      rows: rows.values,
      background: background.values,
    });
    const output = execFileSync(python, ["-c", script], { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
    const peer = JSON.parse(output) as { cover: number[][]; against: number[][]; pairs: number[][][] };
    const groups = Int32Array.from({ length: width }, (_, index) => index);
    const request = { groups, groupCount: width };
    const cover = treeShap(booster.trees, booster.base, rows.binned, request);
    const against = treeShap(booster.trees, booster.base, rows.binned, { ...request, background: background.binned });
    const pairs = treeInteractions(booster.trees, rows.binned, request);
    const [coverPeer, againstPeer, pairsPeer] = [peer.cover.flat(), peer.against.flat(), peer.pairs.flat(2)];
    cover.values.forEach((value, at) => {
      expect(value).toBeCloseTo(coverPeer[at]!, 4);
    });
    against.values.forEach((value, at) => {
      expect(value).toBeCloseTo(againstPeer[at]!, 4);
    });
    pairs.forEach((value, at) => {
      expect(value).toBeCloseTo(pairsPeer[at]!, 4);
    });
  },
  120_000,
);
