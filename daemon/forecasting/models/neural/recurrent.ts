import { z } from "zod";
import { recurrentNetwork } from "./networks/recurrent.ts";
import { commonOptions, neuralForecaster } from "./neural-forecaster.ts";

const options = z.strictObject({
  ...commonOptions,
  units: z.int().min(4).max(2048).default(96).describe("Width of the recurrent state."),
  segment: z.int().min(0).default(0).describe("Steps of a segment; a sixteenth of the window when 0."),
  decoding: z
    .enum(["parallel", "stepwise"])
    .default("parallel")
    .describe("All segments of the future at once, or each from the forecast of the one before it."),
  attention: z
    .int()
    .min(0)
    .max(16)
    .default(0)
    .describe("Attention heads by which decoded segments look back at the past; none when 0."),
});

/** Segment-wise recurrent encoder and decoder. */
export const recurrent = neuralForecaster({
  name: "recurrent",
  title: "Recurrent encoder–decoder (SegRNN)",
  summary: "GRU over segments of the past that decodes the segments of the future at once or one by one.",
  paper: {
    citation: "Lin et al. (2023). SegRNN: segment recurrent neural network for long-term time series forecasting",
    url: "https://arxiv.org/abs/2308.11200",
  },
  options,
  preset: "balanced",
  tuning: { units: [48, 96, 192], dropout: [0, 0.1, 0.3] },
  network: recurrentNetwork,
});
