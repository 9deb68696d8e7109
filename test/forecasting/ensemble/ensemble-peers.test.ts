import { describe, expect, test } from "vitest";
import { ensemblePeers } from "../../../daemon/forecasting/ensemble/ensemble-peers.ts";
import { contenders } from "../../../daemon/forecasting/ensemble/winner.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import type { Trial } from "../../../daemon/forecasting/search/search.ts";

/** What a model with an identifier of its own said of a value that was 10 at each origin: so much above it. */
function trial(id: string, errors: readonly number[]): Trial {
  const { name: model, title, family } = forecasterNamed(id.replace(/-\d+$/, ""));
  const scales = [{ absolute: 1, squared: 1 }];
  const parts = errors.map((error, index) => ({
    fold: { index, stepsBack: index + 1, series: Int32Array.of(0), actual: Float64Array.of(10), scales },
    forecast: {
      series: 1,
      horizon: 1,
      levels: [0.5],
      mean: Float64Array.of(10 + error),
      point: Float64Array.of(10 + error),
      quantiles: Float64Array.of(10 + error),
    },
  }));
  return {
    candidate: { id, model, title, family, options: {} },
    status: "tried",
    parts,
    score: 0,
    fits: 1,
    fitSeconds: 1,
    predictSeconds: 0,
    notes: [],
    device: "cpu",
  };
}

function peersOf(trials: readonly Trial[]): string[] {
  const list = contenders(trials, "mae", [0.5]);
  return ensemblePeers(list, "mae", [0.5]).map(({ trial: { candidate } }) => candidate.id);
}

const others = [trial("naive", [5, 5, 5]), trial("linear", [4, 4, 4])];

describe("peers of an ensemble", () => {
  test("the best other set of hyperparameters joins its model where it is clearly better", () => {
    const sets = [trial("linear-2", [3, 3, 3]), trial("linear-3", [2, 2, 2])];
    expect(peersOf([...others, ...sets])).toEqual(["linear-3", "linear", "naive"]);
  });

  test("one that is a little better, or better on one origin alone, does not", () => {
    expect(peersOf([...others, trial("linear-2", [3.95, 3.95, 3.95])])).toEqual(["linear", "naive"]);
    expect(peersOf([...others, trial("linear-2", [1, 4.1, 4.1])])).toEqual(["linear", "naive"]);
  });
});
