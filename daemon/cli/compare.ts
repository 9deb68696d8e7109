import type { Command } from "commander";
import { type RunSummary, readLeaderboard, readRun } from "../training/trained-model/finished-run.ts";
import { carryOut, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { textTable } from "./table.ts";

/** `almanac compare RUN RUN…`: what changed between runs, and what it did to the score. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("compare")
      .argument("<runs...>", "folders of finished runs")
      .description("scores of several runs side by side, and the settings that differ"),
  ).action(async (directories: string[], given: unknown) => {
    const output = outputOf(given);
    await carryOut(output, interruptSignal(), async () => {
      const runs = await Promise.all(directories.map(readRun));
      const boards = await Promise.all(directories.map(readLeaderboard));
      const scores = runs.map((run, index) => boards[index]!.find(({ model }) => model === run.winner)?.metrics ?? {});
      const metrics = [...new Set(runs.map(({ experiment }) => experiment.metric).concat("mase", "smape", "wql"))];
      output.say(
        textTable(
          [
            { heading: "run" },
            { heading: "winner" },
            ...metrics.map((heading) => ({ heading, right: true })),
            { heading: "seconds", right: true },
          ],
          runs.map((run, index) => [
            directories[index]!,
            run.winner,
            ...metrics.map((metric) => scores[index]![metric]?.toPrecision(4) ?? "–"),
            run.seconds.toFixed(1),
          ]),
        ),
      );
      const differences = differingSettings(runs);
      if (differences.length > 0) {
        output.say(
          `\n${textTable(
            [{ heading: "setting" }, ...directories.map((heading) => ({ heading }))],
            differences.map(({ key, values }) => [key, ...values]),
          )}`,
        );
      }
      if (new Set(runs.map(({ fingerprint }) => fingerprint)).size > 1) {
        output.note("The data differ between these runs: their scores are not of the same task.");
      }
      output.document({
        runs: runs.map((run, index) => ({ directory: directories[index], ...run, metrics: scores[index] })),
        differences,
      });
      return undefined;
    });
  });
}

/** Settings, by their path, that are not the same in all runs. */
function differingSettings(runs: readonly RunSummary[]): { key: string; values: string[] }[] {
  const flat = runs.map((run) => new Map(flatten(run.experiment.settings, "")));
  const keys = [...new Set(flat.flatMap((settings) => [...settings.keys()]))].sort();
  return keys
    .map((key) => ({ key, values: flat.map((settings) => settings.get(key) ?? "–") }))
    .filter(({ values }) => new Set(values).size > 1);
}

function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value) ?? "–"]];
  return Object.entries(value).flatMap(([key, child]) => flatten(child, path === "" ? key : `${path}.${key}`));
}
