import { z } from "zod";
import { fusionNetwork } from "./networks/fusion.ts";
import { fixedVariables, futureVariables, pastVariables } from "./networks/variables.ts";
import { commonOptions, neuralForecaster } from "./neural-forecaster.ts";

const options = z.strictObject({
  ...commonOptions,
  // A step costs several times one of the other networks: the time goes into one network well trained.
  members: commonOptions.members.default(1).describe("Networks trained from different seeds and averaged."),
  units: z.int().min(4).max(1024).default(32).describe("Width of embeddings, states and gates."),
  heads: z.int().min(1).max(16).default(4).describe("Attention heads."),
});

/** Selects variables step by step and says which. */
export const fusion = neuralForecaster({
  name: "fusion",
  title: "Temporal fusion (TFT)",
  summary: "Weighs every factor anew in each step and looks back by attention; tells which factors it chose.",
  paper: {
    citation: "Lim et al. (2021). Temporal fusion transformers for interpretable multi-horizon time series forecasting",
    url: "https://arxiv.org/abs/1912.09363",
  },
  options,
  // A step takes several times as long as in the other networks, which seldom do worse.
  preset: "best",
  network: (...given) => fusionNetwork(...given).forecast,
  selection: {
    network: fusionNetwork,
    groups: (shape) =>
      [
        { name: "past", variables: pastVariables(shape) },
        { name: "future", variables: futureVariables(shape) },
        { name: "series", variables: fixedVariables(shape) },
      ]
        .map(({ name, variables }) => ({ name, variables: variables.map((variable) => variable.name) }))
        .filter(({ variables }) => variables.length > 0),
  },
});
