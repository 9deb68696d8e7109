import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import type { RunEvent } from "../../protocol/events.ts";
import { parseDuration } from "../../protocol/experiment/values.ts";
import type { LeaderboardRow } from "../../protocol/report.ts";
import { type ExperimentFile, readExperiment } from "../training/experiment/read-experiment.ts";
import type { RunResult } from "../training/pipeline/run-options.ts";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { runProgress } from "./progress.ts";
import { textTable } from "./table.ts";

const optionsSchema = z.object({
  out: z.string().optional(),
  device: z.enum(["auto", "cpu", "webgpu", "cuda"]).optional(),
  models: z.string().optional(),
  budget: z.string().optional(),
  seed: z.number().optional(),
  workers: z.number().optional(),
  on: z.string().optional(),
  home: z.string().optional(),
  quiet: z.boolean().default(false),
});

/** `almanac run FILE`: the main job. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("run")
      .argument("<file>", "experiment file, NAME.forecast.yaml")
      .description(
        "train, backtest, select and forecast; writes forecast, leaderboard, backtest, explanations and report",
      ),
  )
    .option("--out <dir>", "folder for the results (default: NAME.forecast.out beside the file)")
    .option("--device <device>", "auto, cpu, webgpu or cuda")
    .option("--models <names>", "comma-separated model names instead of search.models")
    .option("--budget <duration>", "wall clock for the search, such as 60s", checkedDuration)
    .option("--seed <n>", "seed of everything random", wholeNumber)
    .option("--workers <n>", "worker processes (default: one a core)", positiveNumber)
    .option("--on <name>", "remote daemon to train on, or local, instead of train.on")
    .option("--home <dir>", "data folder that knows the remote daemon")
    .action(async (path: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      const output = outputOf(given);
      const signal = interruptSignal();
      let file: ExperimentFile | undefined;
      await carryOut(
        output,
        signal,
        async () => {
          file = await readExperiment(path, overrides(options));
          const out = resolve(options.out ?? join(dirname(path), `${file.name}.forecast.out`));
          const result = await runWhereWanted(file, options, out, signal, runProgress(output, options.quiet));
          output.say(leaderboardTable(result.leaderboard, file.experiment.evaluation.metric));
          output.say(`\nReport: ${join(result.out, "report.html")}`);
          output.document({
            id: result.id,
            winner: result.winner,
            score: Number.isFinite(result.score) ? result.score : null,
            leaderboard: result.leaderboard,
            warnings: result.warnings,
            seconds: result.seconds,
            out: result.out,
          });
          return undefined;
        },
        () => file,
      );
    });
}

async function runWhereWanted(
  file: ExperimentFile,
  options: z.infer<typeof optionsSchema>,
  out: string,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
): Promise<RunResult> {
  const on = options.on ?? file.experiment.train.on;
  const { workers, home } = options;
  if (on !== "local") {
    const { runOnRemote } = await import("./run-remotely.ts");
    const asked = { ...overrides(options), workers };
    return runOnRemote(file, { on, home, out, overrides: asked, signal, onEvent });
  }
  const { runExperiment } = await import("../training/pipeline/run-experiment.ts");
  const { trainingDevices } = await import("../training/devices/training-devices.ts");
  const devices = await trainingDevices(file.experiment.train.device);
  // The budget counts from the start of this process.
  return runExperiment(file, { out, workers: workers ?? availableParallelism(), started: 0, devices, signal, onEvent });
}

function overrides(options: z.infer<typeof optionsSchema>): Parameters<typeof readExperiment>[1] {
  const { models, budget, seed, device } = options;
  return {
    ...(models === undefined ? {} : { models: models.split(",").map((name) => name.trim()) }),
    budget,
    seed,
    device,
  };
}

function checkedDuration(text: string): string {
  const bare = /^\d+$/.test(text) ? `${text}s` : text;
  if (parseDuration(bare) === undefined)
    throw new InvalidArgumentError('Expected a duration such as 60s or "5 minutes".');
  return bare;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError("Expected 1 or more.");
  return value;
}

/** The leaderboard as a text table, with the models that were not scored and why below it. */
export function leaderboardTable(rows: readonly LeaderboardRow[], metric: string): string {
  const others = ["mase", "smape", "wql"].filter((name) => name !== metric);
  const columns = [
    { heading: "model" },
    { heading: metric, right: true },
    ...others.map((heading) => ({ heading, right: true })),
    { heading: "windows", right: true },
    { heading: "seconds", right: true },
    { heading: "" },
  ];
  const table = textTable(
    columns,
    rows
      .filter(({ status }) => status === "tried")
      .map((row) => [
        row.model,
        number(row.score),
        ...others.map((name) => number(row.metrics[name] ?? null)),
        String(row.windows),
        row.fitSeconds === null ? "" : ((row.fitSeconds ?? 0) + (row.predictSeconds ?? 0)).toFixed(1),
        shares(row),
      ]),
  );
  return [table, ...unscored(rows)].join("\n");
}

/** One line a reason: `skipped: croston, tsb: Only 0 % of the series are intermittent.` */
function unscored(rows: readonly LeaderboardRow[]): string[] {
  const models = new Map<string, string[]>();
  for (const { status, reason = "", model } of rows) {
    if (status === "tried") continue;
    const key = `${reason.split("\n")[0]}\0${status}`;
    models.set(key, [...(models.get(key) ?? []), model]);
  }
  return Array.from(models, ([key, names]) => {
    const [reason, status] = key.split("\0");
    return `${status}: ${names.join(", ")}: ${reason}`;
  });
}

function number(value: number | null): string {
  return value === null ? "–" : value.toPrecision(4);
}

function shares({ weights }: LeaderboardRow): string {
  return Object.entries(weights ?? {})
    .map(([model, weight]) => `${Math.round(weight * 100)} % ${model}`)
    .join(", ");
}
