import * as engine from "../daemon/engine/index.ts";
import { benchModels, benchSeries, benchStarts, type ModelName, trainingOf } from "./engine-models.ts";

// Trains one model in this process and prints microseconds a step: MODEL THREADS SECONDS [DEVICE] [BATCH].
const [name, threads, seconds, device = "cpu", batchText] = process.argv.slice(2);
const model = benchModels[name as ModelName];
const batch = batchText === undefined ? model.batch : Number(batchText);
const definition = trainingOf(model, batch);
const trainer = await engine.Trainer.open(engine.compileTraining(definition, device as engine.Device), {
  device: device as engine.Device,
  threads: Number(threads),
  resident: { series: benchSeries() },
  schedule: engine.constantRate(1e-3),
  seed: 1,
  start: definition.parameters.initial(),
});

/** Seconds of a run of `steps` steps. */
async function timed(steps: number): Promise<number> {
  const starts = benchStarts(model, steps, batch);
  const since = performance.now();
  await trainer.run(steps, { starts });
  return (performance.now() - since) / 1000;
}

await timed(3);
// A twentieth of the time a run: the best of them is what the machine can do, whatever else happens on it.
const steps = Math.max(2, Math.round((Number(seconds) / 20) * (5 / (await timed(5)))));
const runs: number[] = [];
for (let run = 0; run < 20; run++) runs.push(((await timed(steps)) / steps) * 1e6);
await trainer.close();
runs.sort((a, b) => a - b);
const parameters = definition.parameters.count();
console.log(JSON.stringify({ best: runs[0], median: runs[10], parameters, version: "almanac" }));
