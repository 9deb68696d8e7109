import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { benchModels, type ModelName, modelNames } from "./engine-models.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";

const execute = promisify(execFile);

const measured = z.object({
  best: z.number(),
  median: z.number(),
  version: z.string(),
  parameters: z.number().optional(),
});

type Measured = z.infer<typeof measured>;

/** Seconds that each program trains in one measurement. */
const seconds = 3;

/** Measurements of each program, taken in turns so that all of them meet the same machine. */
const rounds = 2;

const pythons = [
  process.env.ALMANAC_BENCH_PYTHON,
  join(import.meta.dirname, ".venv", "torch", "bin", "python"),
  join(import.meta.dirname, ".venv", "bin", "python"),
  join(import.meta.dirname, ".venv", "system", "bin", "python"),
];
const tfjsFolder = process.env.ALMANAC_BENCH_TFJS ?? join(import.meta.dirname, ".venv", "tfjs");

/** A program that trains a model and prints its time, by the number of threads. */
interface Program {
  readonly name: string;
  readonly command: (model: ModelName, threads: number) => readonly string[] | undefined;
}

const almanac: Program = {
  name: "almanac",
  command: (model, threads) => [process.execPath, worker("engine-worker.ts"), model, `${threads}`, `${seconds}`],
};

function worker(file: string): string {
  return join(import.meta.dirname, file);
}

/**
 * Training steps a second on the CPU against PyTorch (eager and torch.compile) and TensorFlow.js: the same network, batch,
 * optimizer and number of threads, the better of several runs each.
 */
export async function run(): Promise<BenchResult> {
  const { peers, skipped } = await findPeers();
  const rows: BenchRow[] = [];
  for (const model of modelNames) {
    for (const threads of [1, 2]) rows.push(...(await compare(model, threads, peers)));
  }
  return { name: "engine", machine: machineName(), rows, skipped };
}

async function findPeers(): Promise<{ peers: Program[]; skipped: { peer: string; install: string }[] }> {
  const peers: Program[] = [];
  const skipped: { peer: string; install: string }[] = [];
  const python = await pythonWithTorch();
  if (python === undefined) skipped.push({ peer: "PyTorch", install: "sh bench/setup.sh" });
  else peers.push(pytorch(python, "eager"), pytorch(python, "compile"));
  if (existsSync(join(tfjsFolder, "node_modules", "@tensorflow", "tfjs"))) peers.push(tensorflowJs);
  else {
    const install = "npm install --prefix bench/.venv/tfjs @tensorflow/tfjs @tensorflow/tfjs-backend-wasm";
    skipped.push({ peer: "TensorFlow.js", install });
  }
  return { peers, skipped };
}

async function pythonWithTorch(): Promise<string | undefined> {
  for (const python of pythons) {
    if (python === undefined || !existsSync(python)) continue;
    const found = await execute(python, ["-c", "import torch"]).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return undefined;
}

function pytorch(python: string, mode: "eager" | "compile"): Program {
  return {
    name: mode === "eager" ? "PyTorch" : "PyTorch, torch.compile",
    command: (model, threads) => [python, worker("peers/training.py"), model, `${threads}`, `${seconds}`, mode],
  };
}

/** TensorFlow.js trains perceptrons only: its WebAssembly back end lacks the gradients of recurrent layers. */
const tensorflowJs: Program = {
  name: "TensorFlow.js (WebAssembly)",
  command: (model, threads) => {
    if (threads > 1 || !model.startsWith("perceptron")) return undefined;
    return [process.execPath, worker("peers/training-tfjs.mjs"), model, `${seconds}`, tfjsFolder];
  },
};

async function compare(model: ModelName, threads: number, peers: readonly Program[]): Promise<BenchRow[]> {
  const programs = [almanac, ...peers].filter((program) => program.command(model, threads) !== undefined);
  const best = new Map<string, Measured>();
  for (let round = 0; round < rounds; round++) {
    for (const program of programs) {
      const result = await measure(program.command(model, threads)!, threads);
      const known = best.get(program.name);
      if (known === undefined || result.best < known.best) best.set(program.name, result);
    }
  }
  const own = best.get(almanac.name)!;
  const { title, batch } = benchModels[model];
  return programs.slice(1).map(({ name }): BenchRow => {
    const peer = best.get(name)!;
    return {
      model: title,
      parameters: own.parameters ?? 0,
      batch,
      threads,
      peer: `${name} ${peer.version}`,
      "almanac µs a step": Math.round(own.best),
      "peer µs a step": Math.round(peer.best),
      ratio: Number((peer.best / own.best).toFixed(2)),
    };
  });
}

async function measure(command: readonly string[], threads: number): Promise<Measured> {
  const env = {
    ...process.env,
    OMP_NUM_THREADS: `${threads}`,
    MKL_NUM_THREADS: `${threads}`,
    CUDA_VISIBLE_DEVICES: "",
  };
  const { stdout } = await execute(command[0]!, command.slice(1), { env, maxBuffer: 2 ** 24 });
  return measured.parse(JSON.parse(stdout.trim().split("\n").at(-1)!));
}
