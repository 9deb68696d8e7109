import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inspectDevices } from "../../daemon/training/devices/doctor.ts";
import { benchModels, type ModelName } from "../engine-models.ts";
import { machineName } from "../result.ts";
import { TrainerProcess } from "../trainer-process.ts";

// GPU against CPU on one machine without network: see README.md beside this file.
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    batches: { type: "string", default: "128,1024,4096" },
    models: { type: "string", default: "gru-stepwise,segrnn,perceptron-large" },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const worker = join(import.meta.dirname, "..", "engine-worker.ts");

/** Microseconds a training step, the best of all rounds, or why there are none. The first run, which compiles, does not count. */
async function measure(model: ModelName, device: string, batch: number): Promise<number | string> {
  const threads = device === "cpu" ? availableParallelism() : 1;
  try {
    const { trainer } = await TrainerProcess.start([process.execPath, worker, model, device, `${batch}`]);
    try {
      await trainer.measure({ threads, seconds: 0 });
      const times: number[] = [];
      while (times.length < rounds) times.push(await trainer.measure({ threads, seconds }));
      return Math.min(...times);
    } finally {
      trainer.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const devices = await inspectDevices();
for (const { title, detail } of devices) console.error(`${title}: ${detail}`);
const gpus = devices.filter(({ device, works }) => works && (device === "webgpu" || device === "cuda"));
if (gpus.length === 0) throw new Error("No GPU works on this machine: nothing to compare.");

const rows: object[] = [];
for (const model of values.models.split(",") as ModelName[]) {
  for (const batch of values.batches.split(",").map(Number)) {
    const cpu = await measure(model, "cpu", batch);
    for (const { device } of gpus) {
      const gpu = await measure(model, device, batch);
      const ratio = typeof cpu === "number" && typeof gpu === "number" ? Number((cpu / gpu).toFixed(2)) : 0;
      rows.push({ model: benchModels[model].title, batch, device, "cpu µs a step": cpu, "gpu µs a step": gpu, ratio });
    }
  }
}
console.table(rows);
console.log(JSON.stringify({ name: "gpu", machine: machineName(), devices, rows }));
