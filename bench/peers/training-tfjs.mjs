// Trains a perceptron with TensorFlow.js on its WebAssembly back end and prints microseconds a step as JSON:
// MODEL SECONDS FOLDER, where FOLDER holds the node_modules of TensorFlow.js.
import { createRequire } from "node:module";
import { join } from "node:path";

const [name, seconds, folder] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

const [sizes, batch] = {
  "perceptron-small": [[64, 64, 64, 12], 64],
  "perceptron-large": [[168, 512, 512, 24], 256],
}[name];
wasm.setThreadsCount(1);
await tf.setBackend("wasm");
await tf.ready();
const layers = sizes.slice(1).map((units, index) =>
  tf.layers.dense({
    units,
    ...(index === 0 && { inputShape: [sizes[0]] }),
    ...(index < sizes.length - 2 && { activation: "relu" }),
  }),
);
const model = tf.sequential({ layers });
const optimizer = tf.train.adam(1e-3);
const x = tf.randomNormal([batch, sizes[0]]);
const y = tf.randomNormal([batch, sizes.at(-1)]);

function train(steps) {
  const since = performance.now();
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }))));
  }
  return performance.now() - since;
}

train(2);
const steps = Math.max(2, Math.round((Number(seconds) / 5) * (2000 / train(2))));
const runs = Array.from({ length: 5 }, () => (train(steps) / steps) * 1000).sort((a, b) => a - b);
console.log(JSON.stringify({ best: runs[0], median: runs[2], version: tf.version.tfjs }));
