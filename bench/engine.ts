import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { benchModels, type ModelName, modelNames } from "./engine-models.ts";
import { type BenchResult, type BenchRow, machineName } from "./result.ts";
import { TrainerProcess } from "./trainer-process.ts";

const execute = promisify(execFile);

/** Seconds of one measurement, and measurements of each program, taken in turns so that all of them meet the same machine. */
const [seconds, rounds] = [0.5, 7];

/** A program whose step takes longer than this, in seconds, is measured in so many rounds only. */
const [slow, slowRounds] = [1, 2];

const peersFolder = join(import.meta.dirname, ".venv");
const pythons = [
  process.env.ALMANAC_BENCH_PYTHON,
  ...["torch", ".", "system"].map((folder) => join(peersFolder, folder, "bin", "python")),
];
const tfjsFolder = process.env.ALMANAC_BENCH_TFJS ?? join(peersFolder, "tfjs");

/** A program that trains a model, and the ways in which it does. */
interface Program {
  readonly name: string;
  readonly command: (model: ModelName) => readonly string[];
  /** What its ways are called on the command line and in the table. */
  readonly modes: readonly { readonly mode?: string; readonly title: string }[];
  readonly mostThreads: number;
}

const almanac: Program = {
  name: "almanac",
  command: (model) => [process.execPath, join(import.meta.dirname, "engine-worker.ts"), model],
  modes: [{ title: "almanac" }],
  mostThreads: Number.POSITIVE_INFINITY,
};

function pytorch(python: string): Program {
  return {
    name: "PyTorch",
    command: (model) => [python, join(import.meta.dirname, "peers", "training.py"), model],
    modes: [
      { mode: "eager", title: "PyTorch" },
      { mode: "compile", title: "PyTorch, torch.compile" },
    ],
    mostThreads: Number.POSITIVE_INFINITY,
  };
}

/** Its WebAssembly back end has one thread outside browsers. */
const tensorflowJs: Program = {
  name: "TensorFlow.js",
  command: (model) => [process.execPath, join(import.meta.dirname, "peers", "training-tfjs.mjs"), model, tfjsFolder],
  modes: [{ title: "TensorFlow.js (WebAssembly)" }],
  mostThreads: 1,
};

/** One way of one program, started and ready. */
interface Lane {
  readonly title: string;
  readonly mode?: string;
  readonly trainer: TrainerProcess;
  readonly mostThreads: number;
  best: number;
}

/**
 * Training steps a second on the CPU against PyTorch (eager and torch.compile) and TensorFlow.js: the same network, batch,
 * optimizer and number of threads, the best of several short measurements taken in turns.
 */
export async function run(): Promise<BenchResult> {
  const { peers, skipped } = await findPeers();
  const rows: BenchRow[] = [];
  for (const model of modelNames) rows.push(...(await compare(model, peers)));
  return { name: "engine", machine: machineName(), rows, skipped };
}

async function findPeers(): Promise<{ peers: Program[]; skipped: { peer: string; install: string }[] }> {
  const peers: Program[] = [];
  const skipped: { peer: string; install: string }[] = [];
  const python = await pythonWithTorch();
  if (python === undefined) skipped.push({ peer: "PyTorch", install: "sh bench/setup.sh" });
  else peers.push(pytorch(python));
  if (existsSync(join(tfjsFolder, "node_modules", "@tensorflow", "tfjs"))) peers.push(tensorflowJs);
  else skipped.push({ peer: "TensorFlow.js", install: "sh bench/setup.sh" });
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

async function compare(model: ModelName, peers: readonly Program[]): Promise<BenchRow[]> {
  const lanes: Lane[] = [];
  let parameters = 0;
  const rows: BenchRow[] = [];
  try {
    for (const program of [almanac, ...peers]) {
      const { trainer, hello } = await TrainerProcess.start(program.command(model), {
        ...process.env,
        CUDA_VISIBLE_DEVICES: "",
      });
      parameters ||= hello.parameters ?? 0;
      for (const { title, ...mode } of program.modes) {
        const named = program === almanac ? title : `${title} ${hello.version}`;
        lanes.push({ title: named, ...mode, trainer, mostThreads: program.mostThreads, best: 0 });
      }
    }
    for (const threads of [1, 2]) {
      const able = lanes.filter(({ mostThreads }) => threads <= mostThreads);
      await takeTurns(able, threads);
      rows.push(...able.slice(1).map((peer) => rowOf(model, parameters, threads, able[0]!, peer)));
      console.error(`${model}, threads: ${threads} done`);
    }
  } finally {
    for (const { trainer } of lanes) trainer.close();
  }
  return rows;
}

async function takeTurns(lanes: readonly Lane[], threads: number): Promise<void> {
  const ask = ({ trainer, mode }: Lane, length: number) =>
    trainer.measure({ threads, seconds: length, ...(mode !== undefined && { mode }) });
  for (const lane of lanes) {
    await ask(lane, 0);
    lane.best = await ask(lane, seconds / 5);
  }
  for (let round = 0; round < rounds; round++) {
    for (const lane of lanes) {
      if (lane.best > slow * 1e6 && round >= slowRounds) continue;
      lane.best = Math.min(lane.best, await ask(lane, seconds));
    }
  }
}

function rowOf(model: ModelName, parameters: number, threads: number, own: Lane, peer: Lane): BenchRow {
  const { title, batch } = benchModels[model];
  return {
    model: title,
    parameters,
    batch,
    threads,
    peer: peer.title,
    "almanac µs a step": Math.round(own.best),
    "peer µs a step": Math.round(peer.best),
    ratio: Number((peer.best / own.best).toFixed(2)),
  };
}
