import { createInterface } from "node:readline";
import * as engine from "../daemon/engine/index.ts";
import { benchModels, benchSeries, benchStarts, type ModelName, trainingOf } from "./engine-models.ts";
import type { Measurement } from "./trainer-process.ts";

// Trains one model and answers measurements, one line of JSON each: MODEL [DEVICE] [BATCH] [PROFILE].
const [name, device = "cpu", batchText, profile] = process.argv.slice(2);
const model = benchModels[name as ModelName];
const batch = batchText === undefined ? model.batch : Number(batchText);
const definition = trainingOf(model, batch);
const graph = engine.compileTraining(definition, device as engine.Device);
const trainers = new Map<number, engine.Trainer>();

async function trainerFor(threads: number): Promise<engine.Trainer> {
  const known = trainers.get(threads);
  if (known !== undefined) return known;
  const trainer = await engine.Trainer.open(graph, {
    device: device as engine.Device,
    threads,
    resident: { series: benchSeries() },
    schedule: engine.constantRate(1e-3),
    seed: 1,
    start: definition.parameters.initial(),
    ...(profile !== undefined && { profile }),
  });
  trainers.set(threads, trainer);
  return trainer;
}

/** Seconds of a run of `steps` steps. */
async function timed(trainer: engine.Trainer, steps: number): Promise<number> {
  const starts = benchStarts(model, steps, batch);
  const since = performance.now();
  await trainer.run(steps, { starts });
  return (performance.now() - since) / 1000;
}

const secondsPerStep = new Map<number, number>();

async function measure({ threads, seconds }: Measurement): Promise<number> {
  const trainer = await trainerFor(threads);
  if (seconds === 0) await timed(trainer, 3);
  const expected = secondsPerStep.get(threads);
  const steps = expected === undefined ? 5 : Math.min(20_000, Math.max(2, Math.round(seconds / expected)));
  const each = (await timed(trainer, steps)) / steps;
  secondsPerStep.set(threads, each);
  return each * 1e6;
}

console.log(JSON.stringify({ version: "almanac", parameters: definition.parameters.count() }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ microseconds: await measure(JSON.parse(line) as Measurement) }));
}
for (const trainer of trainers.values()) await trainer.close();
