import { describe, expect, test } from "vitest";
import { forecasters } from "../../../daemon/forecasting/models/registry.ts";
import { Refinement } from "../../../daemon/forecasting/search/refinement.ts";
import type { Trial } from "../../../daemon/forecasting/search/search.ts";

function trial(model: string, score: number, options: Record<string, unknown> = {}): Trial {
  const { title, family } = forecasters.find(({ name }) => name === model)!;
  const scales = [{ absolute: 1, squared: 1 }];
  const fold = { index: 0, stepsBack: 1, series: Int32Array.of(0), actual: Float64Array.of(1), scales };
  const forecast = {
    series: 1,
    horizon: 1,
    levels: [0.5],
    mean: Float64Array.of(1),
    point: Float64Array.of(1),
    quantiles: Float64Array.of(1),
  };
  return {
    candidate: { id: model, model, title, family, options },
    status: "tried",
    parts: [{ fold, forecast }],
    score,
    fits: 1,
    fitSeconds: 1,
    predictSeconds: 0,
    notes: [],
    device: "cpu",
  };
}

describe("refinement of hyperparameters", () => {
  const target = Float64Array.of(3, 1, 4, 1, 5);
  const trials = [trial("boosting", 0.9), trial("linear", 1.1), trial("naive", 0.5)];

  test("every proposal is valid, new, and named after its model", () => {
    const refinement = new Refinement(forecasters, 7, 12, target);
    const proposals = Array.from({ length: 20 }, () => refinement.propose(trials)).filter((one) => one !== undefined);
    expect(proposals).toHaveLength(12);
    expect(new Set(proposals.map(({ candidate }) => candidate.id)).size).toBe(12);
    expect(new Set(proposals.map(({ candidate }) => candidate.model + JSON.stringify(candidate.options))).size).toBe(
      12,
    );
    for (const { candidate } of proposals) {
      expect(["boosting", "linear"]).toContain(candidate.model);
      const forecaster = forecasters.find(({ name }) => name === candidate.model)!;
      expect(() => forecaster.options.parse(candidate.options)).not.toThrow();
    }
  });

  test("goes on from the best set so far", () => {
    const tuned = trial("boosting", 0.7, { leaves: 63 });
    const refinement = new Refinement(forecasters, 7, 12, target);
    const { from } = refinement.propose([trial("boosting", 0.9), tuned])!;
    expect(from).toBe(tuned);
  });

  test("the seed alone decides", () => {
    const optionsBy = (seed: number) => {
      const refinement = new Refinement(forecasters, seed, 6, target);
      return Array.from({ length: 6 }, () => refinement.propose(trials)!.candidate.options);
    };
    expect(optionsBy(3)).toEqual(optionsBy(3));
    expect(optionsBy(3)).not.toEqual(optionsBy(4));
  });

  test("models that were not tried are not refined", () => {
    expect(new Refinement(forecasters, 7, 12, target).propose([trial("naive", 0.5)])).toBeUndefined();
  });

  test("hyperparameters that exclude each other, or do not go with the target, are not proposed", () => {
    const proposed = (values: Float64Array, options: Record<string, unknown>) => {
      const refinement = new Refinement(forecasters, 5, 200, values);
      const known = [trial("boosting", 0.9, options)];
      return Array.from({ length: 60 }, () => refinement.propose(known)?.candidate.options ?? {});
    };
    const sets = proposed(target, { strategy: "recursive" });
    expect(sets.some(({ objective }) => objective === "poisson")).toBe(true);
    expect(sets.some(({ transform }) => transform === "log")).toBe(true);
    for (const { objective, strategy, transform } of sets) {
      expect(objective === "quantile" && strategy === "recursive").toBe(false);
      expect(objective === "poisson" && transform === "log").toBe(false);
    }
    for (const { objective, transform } of proposed(Float64Array.of(3, -1, 0, 2), {})) {
      expect(objective).not.toBe("poisson");
      expect(transform).not.toBe("log");
    }
  });
});
