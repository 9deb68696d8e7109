import type { FittedForecaster, Forecaster } from "../forecaster.ts";
import { attributeWindow, windowInteractions } from "./explain.ts";
import { type BoostingOptions, boostingOptions } from "./options.ts";
import { predict } from "./predict.ts";
import { loadState, type State, saveState } from "./state.ts";
import { unsuitedTarget } from "./target-scale.ts";
import { train } from "./train.ts";

/** Gradient-boosted trees on features of all series together. */
export const boosting: Forecaster<BoostingOptions> = {
  name: "boosting",
  title: "Boosted trees",
  summary: "Gradient-boosted trees over lags, seasons, calendar and covariates of all series together.",
  paper: {
    citation: "Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NeurIPS",
    url: "https://proceedings.neurips.cc/paper/2017/hash/6449f44a102fde848669bdd9eb6b76fa-Abstract.html",
  },
  family: "boosting",
  capabilities: {
    scope: "global",
    known: true,
    observed: true,
    static: true,
    missing: true,
    monotone: true,
    minimumLength: () => 8,
    devices: ["cpu"],
    anytime: true,
    search: { baseline: false, intermittentOnly: false, effort: 3, turn: "factors", preset: "fast" },
  },
  options: boostingOptions,
  tuning: {
    transform: ["none", "log"],
    centre: ["level", "season", "none"],
    objective: ["auto", "absolute", "squared", "quantile", "poisson"],
    strategy: ["direct", "per-step"],
    learningRate: [0.03, 0.05, 0.08, 0.12],
    leaves: [7, 15, 31, 63],
    minData: [10, 20, 50, 100],
    featureFraction: [0.3, 0.6, 0.9],
    l2: [0.1, 1, 10],
  },
  unsuited: unsuitedTarget,
  async fit(panel, options, context) {
    return fittedModel(await train(panel, options, context));
  },
  load: async (saved) => fittedModel(loadState(saved)),
};

function fittedModel(state: State): FittedForecaster {
  return {
    predict: (panel, context) => predict(state, panel, context),
    save: () => saveState(state),
    attribute: (panel, request) => attributeWindow(state, panel, request),
    interactions: (panel, request) => windowInteractions(state, panel, request),
    notes: state.notes,
  };
}
