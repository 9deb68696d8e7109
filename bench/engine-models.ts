import * as engine from "../daemon/engine/index.ts";

/** Networks whose training is timed; `peers/training.py` builds the same ones. Every one reads one long series. */
export const modelNames = ["perceptron-small", "perceptron-large", "segrnn", "gru-stepwise"] as const;

export type ModelName = (typeof modelNames)[number];

/** Rows of the series. */
export const seriesLength = 20_000;

export interface BenchModel {
  readonly title: string;
  readonly batch: number;
  readonly history: number;
  readonly horizon: number;
  readonly forward: (parameters: engine.Parameters, window: engine.Tensor, batch: number) => engine.Tensor;
}

function perceptron(sizes: readonly number[], batch: number): BenchModel {
  const widths = sizes.slice(1);
  return {
    title: `perceptron ${sizes.join("-")}`,
    batch,
    history: sizes[0]!,
    horizon: sizes.at(-1)!,
    forward: (parameters, window) =>
      widths.reduce((x, units, layer) => {
        const y = engine.dense(parameters, `layer${layer}`, x, units);
        return layer < widths.length - 1 ? engine.relu(y) : y;
      }, window),
  };
}

const segment = 24;
const width = 128;

/** Segment-wise GRU with parallel decoding (Lin et al. 2023): one learned position for each segment of the horizon. */
const segrnn: BenchModel = {
  title: `SegRNN 336 → 96, segments of ${segment}, ${width} units`,
  batch: 256,
  history: 336,
  horizon: 96,
  forward: (parameters, window, batch) => {
    const [steps, segments] = [336 / segment, 96 / segment];
    const rows = engine.transpose(engine.reshape(window, [batch, steps, segment]), [1, 0, 2]);
    const embedded = engine.relu(engine.dense(parameters, "embed", rows, width));
    const weights = engine.gruWeights(parameters, "gru", width, width);
    const state = engine.gru(embedded, weights).at(-1)!;
    const positions = parameters.weight("positions", [segments, width], { normal: 1 });
    const inputs = weights.input.map((weight, gate) =>
      engine.repeat(engine.linear(positions, weight, weights.bias[gate]!), 0, batch),
    ) as [engine.Tensor, engine.Tensor, engine.Tensor];
    const decoded = engine.gruStep(weights, inputs, engine.concat(Array<engine.Tensor>(segments).fill(state), 0));
    const values = engine.dense(parameters, "decode", decoded, segment);
    return engine.reshape(engine.transpose(engine.reshape(values, [segments, batch, segment]), [1, 0, 2]), [batch, 96]);
  },
};

const gruStepwise: BenchModel = {
  title: "GRU of 48 steps, 64 units",
  batch: 128,
  history: 48,
  horizon: 12,
  forward: (parameters, window, batch) => {
    const rows = engine.transpose(engine.reshape(window, [batch, 48, 1]), [1, 0, 2]);
    const states = engine.gru(rows, engine.gruWeights(parameters, "gru", 1, 64));
    return engine.dense(parameters, "output", states.at(-1)!, 12);
  },
};

export const benchModels: Readonly<Record<ModelName, BenchModel>> = {
  "perceptron-small": perceptron([64, 64, 64, 12], 64),
  "perceptron-large": perceptron([168, 512, 512, 24], 256),
  segrnn,
  "gru-stepwise": gruStepwise,
};

/** The training of a model at its own batch size, or another. */
export function trainingOf(model: BenchModel, batch = model.batch): engine.TrainingDefinition {
  const parameters = new engine.Parameters(1);
  const series = engine.resident("series", [seriesLength]);
  const starts = engine.perStep("starts", [batch], "int32");
  const prediction = model.forward(parameters, engine.windows(series, starts, model.history), batch);
  const target = engine.windows(series, starts, model.horizon, { offset: model.history });
  return { parameters, loss: engine.squaredError(prediction, target), optimizer: { weightDecay: 0.01 } };
}

/** The series that every peer trains on too. */
export function benchSeries(): Float32Array {
  return Float32Array.from({ length: seriesLength }, (_, row) => Math.sin(row / 7) + 0.1 * Math.sin(row * 1.7));
}

/** Random origins of `steps` batches. */
export function benchStarts(model: BenchModel, steps: number, batch = model.batch): Int32Array {
  const next = engine.random(steps);
  const origins = seriesLength - model.history - model.horizon;
  return Int32Array.from({ length: steps * batch }, () => Math.floor(next() * origins));
}
