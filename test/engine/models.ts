import * as engine from "../../daemon/engine/index.ts";

export const batch = 8;
export const history = 4;
const horizon = 3;
const rows = 400;

/** A panel of one wave with noise, and the category of every row. */
export const waveValues = Float32Array.from(
  { length: rows },
  (_, row) => Math.sin(row / 5) + 0.1 * Math.sin(row * 1.7),
);

/** Batches drawn for `steps` steps from step `from` on: the same whatever they are split into. */
export function drawn(from: number, steps: number): { starts: Int32Array; codes: Int32Array } {
  const starts = new Int32Array(steps * batch);
  const codes = new Int32Array(steps * batch);
  for (let step = 0; step < steps; step++) {
    const next = engine.random(100 + from + step);
    for (let index = 0; index < batch; index++) {
      starts[step * batch + index] = Math.floor(next() * (rows - history - horizon));
      codes[step * batch + index] = Math.floor(next() * 4);
    }
  }
  return { starts, codes };
}

/** A small network of every kind of layer; `training` adds dropout. */
export function forward(
  parameters: engine.Parameters,
  window: engine.Tensor,
  codes: engine.Tensor,
  training: boolean,
): engine.Tensor {
  const sequence = engine.transpose(engine.reshape(window, [-1, history, 1]), [1, 0, 2]);
  const states = engine.gru(sequence, engine.gruWeights(parameters, "gru", 1, 6));
  const memory = engine.stack(states, 1);
  const attended = engine.normalise(
    parameters,
    "norm",
    engine.add(memory, engine.multiHead(parameters, "attention", memory, memory, 2)),
  );
  const flat = engine.reshape(attended, [-1, history * 6]);
  const joined = engine.concat([flat, engine.embed(parameters, "codes", codes, 4, 3)], 1);
  const hidden = engine.gelu(engine.dense(parameters, "hidden", joined, 16));
  const kept = training ? engine.dropout(hidden, 0.2, "hidden") : hidden;
  return engine.dense(parameters, "output", kept, horizon);
}

/** The training of that network. */
export function waveTraining(): { parameters: engine.Parameters; loss: engine.Tensor } {
  const parameters = new engine.Parameters(3);
  const series = engine.resident("series", [rows]);
  const starts = engine.perStep("starts", [batch], "int32");
  const codes = engine.perStep("codes", [batch], "int32");
  const prediction = forward(parameters, engine.windows(series, starts, history), codes, true);
  const target = engine.windows(series, starts, horizon, { offset: history });
  return { parameters, loss: engine.huber(prediction, target) };
}

export const optimizer = { weightDecay: 0.01, clipNorm: 1, average: 0.9 } as const;

/** Opens that training on a device. */
export function openWave(
  device: engine.Device,
  options: { seed?: number; start?: engine.TrainingState } = {},
): Promise<engine.Trainer> {
  const { parameters, loss } = waveTraining();
  return engine.Trainer.open(engine.compileTraining({ parameters, loss, optimizer }, device), {
    device,
    threads: 1,
    resident: { series: waveValues },
    schedule: engine.cosine({ rate: 0.01, total: 60, warmup: 5 }),
    seed: options.seed ?? 1,
    start: options.start ?? parameters.initial(),
  });
}
