// Trains one model with TensorFlow.js on its WebAssembly back end and answers measurements, one line of JSON each: MODEL FOLDER,
// where FOLDER holds the node_modules of TensorFlow.js. Its GRU applies the reset gate before the product, as it cannot otherwise.
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [name, folder] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

wasm.setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();

function perceptron(sizes) {
  const layers = sizes.slice(1).map((units, index) =>
    tf.layers.dense({
      units,
      ...(index === 0 && { inputShape: [sizes[0]] }),
      ...(index < sizes.length - 2 && { activation: "relu" }),
    }),
  );
  const model = tf.sequential({ layers });
  return { apply: (x) => model.apply(x, { training: true }), history: sizes[0], horizon: sizes.at(-1) };
}

// The default initialiser of recurrent weights decomposes matrices, which takes long and changes no speed afterwards.
const gru = (units, more = {}) => tf.layers.gru({ units, recurrentInitializer: "glorotUniform", ...more });

function stepwise() {
  const layers = [gru(64, { inputShape: [48, 1] }), tf.layers.dense({ units: 12 })];
  const model = tf.sequential({ layers });
  return { apply: (x) => model.apply(x.expandDims(2), { training: true }), history: 48, horizon: 12 };
}

/** One step with a layer's weights: the gradient of the layer itself fails for a sequence of one. */
function gruStep(layer, inputs, state) {
  const [kernel, recurrent, bias] = layer.trainableWeights.map((weight) => weight.read());
  const width = state.shape[1];
  const [update, reset, candidate] = tf.split(inputs.matMul(kernel).add(bias), 3, 1);
  const [keep, remember] = tf.split(state.matMul(recurrent.slice([0, 0], [width, 2 * width])), 2, 1);
  const kept = update.add(keep).sigmoid();
  const remembered = reset.add(remember).sigmoid().mul(state);
  const fresh = candidate.add(remembered.matMul(recurrent.slice([0, 2 * width], [width, width]))).tanh();
  return kept.mul(state).add(tf.sub(1, kept).mul(fresh));
}

function segrnn() {
  const [segment, width, batch] = [24, 128, 256];
  const embed = tf.layers.dense({ units: width, activation: "relu" });
  const cell = gru(width);
  const decode = tf.layers.dense({ units: segment });
  const positions = tf.variable(tf.randomNormal([96 / segment, width]));
  const apply = (x) => {
    const state = cell.apply(embed.apply(x.reshape([batch, 336 / segment, segment])));
    const states = tf.tile(state.expandDims(1), [1, 96 / segment, 1]).reshape([-1, width]);
    const inputs = tf.tile(positions, [batch, 1]);
    return decode.apply(gruStep(cell, inputs, states)).reshape([batch, 96]);
  };
  return { apply, history: 336, horizon: 96 };
}

const [{ apply, history, horizon }, batch] = {
  "perceptron-small": () => [perceptron([64, 64, 64, 12]), 64],
  "perceptron-large": () => [perceptron([168, 512, 512, 24]), 256],
  segrnn: () => [segrnn(), 256],
  "gru-stepwise": () => [stepwise(), 128],
}[name]();
const optimizer = tf.train.adam(1e-3);
const x = tf.randomNormal([batch, history]);
const y = tf.randomNormal([batch, horizon]);

function train(steps) {
  const since = performance.now();
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => optimizer.minimize(() => tf.losses.meanSquaredError(y, apply(x))));
  }
  return (performance.now() - since) / 1000;
}

let secondsPerStep;

function measure({ seconds }) {
  const steps = secondsPerStep === undefined ? 1 : Math.max(1, Math.round(seconds / secondsPerStep));
  secondsPerStep = train(steps) / steps;
  return secondsPerStep * 1e6;
}

console.log(JSON.stringify({ version: tf.version.tfjs }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ microseconds: measure(JSON.parse(line)) }));
}
