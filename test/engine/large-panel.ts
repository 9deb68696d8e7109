import * as engine from "../../daemon/engine/index.ts";

// Trains on a panel of 1 GB in this process and prints the last loss and the most memory it ever held.
const [rows, features, batch, history] = [31_250_000, 8, 64, 32];
const panel = new Float32Array(rows * features);
for (let index = 0; index < panel.length; index++) panel[index] = ((index * 7) % 13) / 13;

const parameters = new engine.Parameters(1);
const series = engine.resident("panel", [rows, features]);
const starts = engine.perStep("starts", [batch], "int32");
const window = engine.reshape(engine.windows(series, starts, history), [batch, -1]);
const target = engine.reshape(engine.windows(series, starts, 1, { offset: history }), [batch, features]);
const loss = engine.squaredError(engine.dense(parameters, "layer", window, features), target);
const trainer = await engine.Trainer.open(engine.compileTraining({ parameters, loss }), {
  device: "cpu",
  threads: 1,
  resident: { panel },
  schedule: engine.constantRate(1e-3),
  seed: 1,
  start: parameters.initial(),
});
const next = engine.random(1);
let last = Number.NaN;
for (let run = 0; run < 3; run++) {
  const drawn = Int32Array.from({ length: 50 * batch }, () => Math.floor(next() * (rows - history - 1)));
  last = (await trainer.run(50, { starts: drawn })).at(-1)!;
}
await trainer.close();
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ loss: last, peakBytes, panelBytes: panel.byteLength }));
