import { z } from "zod";
import { toolOptionsSchema } from "../protocol/run-overrides.ts";
import { startAndWait } from "./commands/run.ts";
import { provideTool, type Tool } from "./editor/tools.ts";
import type { Host } from "./host.ts";

const fileInput = z.object({ file: z.string() });
const runInput = toolOptionsSchema.strip().extend(fileInput.shape);

/** Tools with which a coding agent works on forecasts; the one that trains asks the user first. */
export function registerTools(host: Host): { dispose(): void }[] {
  return [
    provideTool(checkTool(host)),
    provideTool(runTool(host)),
    provideTool(fileTool(host, "almanac_leaderboard", "leaderboard.json", "Reading the leaderboard")),
    provideTool(fileTool(host, "almanac_explain", "explanations.json", "Reading the explanations")),
    provideTool(whatIfTool(host)),
  ];
}

function checkTool(host: Host): Tool<z.output<typeof fileInput>> {
  return {
    name: "almanac_check",
    doing: ({ file }) => `Checking ${file}`,
    read: fileInput.parse,
    run: async ({ file }) => {
      const { problems } = await (await host.daemon.client()).putExperiment({ body: { path: file } });
      return problems.length === 0 ? "No problems: the experiment can run." : JSON.stringify(problems);
    },
  };
}

function runTool(host: Host): Tool<z.output<typeof runInput>> {
  return {
    name: "almanac_run",
    doing: ({ file }) => `Training ${file}`,
    confirm: ({ file, budget }) => ({
      title: "Train forecasting models",
      message: `Train the models of ${file}${budget === undefined ? "" : ` for up to ${budget}`} on this machine?`,
    }),
    read: runInput.parse,
    run: async ({ file, ...options }, signal) => {
      const run = await startAndWait(host, file, options, signal);
      if (run.state !== "finished") return `The run ended as ${run.state}: ${run.reason ?? ""}`;
      return JSON.stringify(await (await host.daemon.client()).getLeaderboard({ params: { id: run.id } }));
    },
  };
}

function fileTool(
  host: Host,
  name: string,
  document: "leaderboard.json" | "explanations.json",
  doing: string,
): Tool<z.output<typeof fileInput>> {
  return {
    name,
    doing: () => doing,
    read: fileInput.parse,
    run: async ({ file }) => {
      const text = await runFile(host, file, document);
      // A model reads no megabytes: factors come first in the file, single forecasts after them.
      return text.length > 40_000 ? `${text.slice(0, 40_000)}… (shortened)` : text;
    },
  };
}

function whatIfTool(host: Host): Tool<z.output<typeof fileInput>> {
  return {
    name: "almanac_what_if",
    doing: () => "Reading the scenarios",
    read: fileInput.parse,
    run: async ({ file }) => {
      const report: unknown = JSON.parse(await runFile(host, file, "report.json"));
      const scenarios = z
        .object({
          scenarios: z.array(z.looseObject({ name: z.string(), changes: z.unknown(), total: z.unknown() })).optional(),
        })
        .parse(report).scenarios;
      if (scenarios === undefined || scenarios.length === 0)
        return "The experiment has no `scenarios:`. Add one and run it again.";
      return JSON.stringify(scenarios.map(({ name, changes, total }) => ({ name, changes, total })));
    },
  };
}

async function runFile(
  host: Host,
  path: string,
  file: "leaderboard.json" | "explanations.json" | "report.json",
): Promise<string> {
  const run = host.runs.of(path).find(({ state }) => state === "finished");
  if (run === undefined) throw new Error(`${path} has no finished run yet; run it first.`);
  return new TextDecoder().decode(await (await host.daemon.client()).getRunFile({ params: { id: run.id, file } }));
}
