import { z } from "zod";
import { mlpNetwork } from "./networks/mlp.ts";
import { commonOptions, neuralForecaster } from "./neural-forecaster.ts";

const options = z.strictObject({
  ...commonOptions,
  units: z.int().min(4).max(2048).default(96).describe("Width of the hidden layers."),
  layers: z
    .int()
    .min(0)
    .max(8)
    .default(2)
    .describe("Residual encoder blocks; 0 leaves the linear map alone (NLinear)."),
});

/** Dense encoder–decoder over whole windows. */
export const mlp = neuralForecaster({
  name: "mlp",
  title: "Perceptron (TiDE)",
  summary: "Residual perceptron over whole windows with every kind of covariate; strong and quick.",
  paper: {
    citation: "Das et al. (2023). Long-term forecasting with TiDE: time-series dense encoder",
    url: "https://arxiv.org/abs/2304.08424",
  },
  options,
  preset: "balanced",
  tuning: { layers: [0, 1, 2], units: [48, 96, 192], dropout: [0, 0.1, 0.3] },
  network: mlpNetwork,
});
