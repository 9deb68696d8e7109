import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import type { LeaderboardRow } from "../../protocol/report.ts";
import { runFlags, runOptionsSchema } from "../../protocol/run-overrides.ts";
import { type ExperimentFile, readExperiment } from "../training/experiment/read-experiment.ts";
import type { RunResult } from "../training/pipeline/run-options.ts";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { runProgress } from "./progress.ts";
import type { RemoteRunOptions } from "./run-remotely.ts";
import { textTable } from "./table.ts";
import { totalsLine } from "./totals-line.ts";

/** Options of the command beside the settings of the run. */
const ownOptions = z.object({
  out: z.string().optional(),
  home: z.string().optional(),
  quiet: z.boolean().default(false),
});

/** `almanac run FILE`: the main job. */
export function register(program: Command): void {
  const command = withCommonOptions(
    program
      .command("run")
      .argument("<file>", "experiment file, NAME.forecast.yaml")
      .description(
        "train, backtest, select and forecast; writes forecast, leaderboard, backtest, explanations and report",
      ),
  );
  command.option("--out <dir>", "folder for the results (default: NAME.forecast.out beside the file)");
  for (const { flags, meaning, parse } of runFlags()) command.option(flags, helpOf(meaning), argumentParser(parse));
  command
    .option("--home <dir>", "data folder that knows the remote daemon")
    .action(async (path: string, given: unknown) => {
      const { out, home, quiet } = ownOptions.parse(given);
      const output = outputOf(given);
      const signal = interruptSignal();
      let file: ExperimentFile | undefined;
      await carryOut(
        output,
        signal,
        async () => {
          file = await readExperiment(path, runOptionsSchema.strip().parse(given));
          const result = await runWhereWanted(file, {
            out: resolve(out ?? join(dirname(path), `${file.name}.forecast.out`)),
            onEvent: runProgress(output, quiet),
            home,
            signal,
          });
          output.say(leaderboardTable(result.leaderboard, result.metric));
          if (result.totals !== undefined) output.say(`\n${totalsLine(result.totals)}`);
          output.say(`Report: ${join(result.out, "report.html")}`);
          output.document({
            id: result.id,
            winner: result.winner,
            score: Number.isFinite(result.score) ? result.score : null,
            metric: result.metric,
            totals: result.totals,
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

async function runWhereWanted(file: ExperimentFile, options: Omit<RemoteRunOptions, "on">): Promise<RunResult> {
  const { out, signal, onEvent } = options;
  const { on = file.experiment.train.on, workers = availableParallelism() } = file.options;
  if (on !== "local") {
    const { runOnRemote } = await import("./run-remotely.ts");
    return runOnRemote(file, { ...options, on });
  }
  const { runExperiment } = await import("../training/pipeline/run-experiment.ts");
  const { trainingDevices } = await import("../training/devices/training-devices.ts");
  const devices = await trainingDevices(file.experiment.train.device);
  // The budget counts from the start of this process.
  return runExperiment(file, { out, workers, started: 0, devices, signal, onEvent });
}

/** A sentence as the help of an option writes it. */
function helpOf(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}

/** A parser for commander: says what is expected if the text is not a value. */
function argumentParser(parse: (text: string) => unknown): (text: string) => unknown {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const expected = error.issues[0]?.message ?? "";
      throw new InvalidArgumentError(`${expected.charAt(0).toUpperCase()}${expected.slice(1)}.`);
    }
  };
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

/** One line a reason: `skipped: croston, tsb: No series is intermittent.` */
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
