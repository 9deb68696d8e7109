import fc from "fast-check";
import { expect, test } from "vitest";
import { passedOver } from "../../../daemon/forecasting/ensemble/passed-over.ts";
import { chooseWinner, contenders } from "../../../daemon/forecasting/ensemble/winner.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import type { Trial } from "../../../daemon/forecasting/search/search.ts";

/** What a model forecast of values that were 10, and how long its fits took. */
function trial(name: string, errors: readonly number[], fitSeconds: number): Trial {
  const { title, family } = forecasterNamed(name);
  const cell = (error: number) => Float64Array.of(10 + error);
  const parts = errors.map((error, index) => ({
    fold: {
      index,
      stepsBack: index + 1,
      series: Int32Array.of(0),
      actual: Float64Array.of(10),
      scales: [{ absolute: 1, squared: 1 }],
    },
    forecast: { series: 1, horizon: 1, levels: [0.5], mean: cell(error), point: cell(error), quantiles: cell(error) },
  }));
  const candidate = { id: name, model: name, title, family, options: {} };
  return {
    candidate,
    status: "tried",
    parts,
    score: 0,
    fits: 1,
    fitSeconds,
    predictSeconds: 0,
    notes: [],
    device: "cpu",
  };
}

const names = ["naive", "linear", "boosting", "auto-ets", "seasonal-naive", "mlp"];
const drawn = fc.record({
  trials: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      errors: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 2 }),
      seconds: fc.constantFrom(0.01, 1, 30, 900),
    }),
    { minLength: 1, selector: ({ name }) => name },
  ),
  ensemble: fc.boolean(),
  seconds: fc.constantFrom(0.1, 5, 60),
});

test("in every run whose winner is neither the leader nor better there is a leader that was passed over, else none", () => {
  fc.assert(
    fc.property(drawn, ({ trials, ensemble, seconds }) => {
      const list = contenders(
        trials.map(({ name, errors, seconds: each }) => trial(name, errors, each)),
        "mae",
        [0.5],
      );
      const settings = { metric: "mae", seed: 1, levels: [0.5], workers: 1, growth: 1 } as const;
      const winner = chooseWinner(list, { ...settings, ensemble, seconds });
      const leader = list[0]!;
      const own = winner.members.some(({ candidate }) => candidate.id === leader.trial.candidate.id);
      const worse = !own && winner.score > leader.score;
      expect(passedOver(winner, list)?.trial.candidate.id).toBe(worse ? leader.trial.candidate.id : undefined);
    }),
    { numRuns: 300 },
  );
});

test("the best model without time for its fit is the leader that was passed over", () => {
  const list = contenders([trial("linear", [1, 1], 500), trial("naive", [4, 4], 0.01)], "mae", [0.5]);
  const settings = { metric: "mae", ensemble: true, seed: 1, levels: [0.5], workers: 1, growth: 1 } as const;
  expect(passedOver(chooseWinner(list, { ...settings, seconds: 10 }), list)?.trial.candidate.title).toBe(
    "Linear regression",
  );
  expect(passedOver(chooseWinner(list, { ...settings, seconds: 1000 }), list)).toBeUndefined();
});
