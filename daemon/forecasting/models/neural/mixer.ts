import { z } from "zod";
import { mixerNetwork } from "./networks/mixer.ts";
import { commonOptions, neuralForecaster } from "./neural-forecaster.ts";

const options = z.strictObject({
  ...commonOptions,
  units: z.int().min(4).max(2048).default(48).describe("Features a step is mixed in."),
  layers: z.int().min(1).max(8).default(2).describe("Mixing blocks."),
});

/** Mixes over time and over features in turn. */
export const mixer = neuralForecaster({
  name: "mixer",
  title: "Mixer (TSMixer)",
  summary: "Mixes time steps and covariates in turn; for many factors that act together.",
  paper: {
    citation: "Chen et al. (2023). TSMixer: an all-MLP architecture for time series forecasting",
    url: "https://arxiv.org/abs/2303.06053",
  },
  options,
  // A step takes several times as long as in the other networks, which seldom do worse.
  preset: "best",
  network: mixerNetwork,
});
