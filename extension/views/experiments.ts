import { basename } from "node:path";
import { z } from "zod";
import type { RunView } from "../daemon-client/runs.ts";
import { findExperiments, shortPath } from "../editor/files.ts";
import type { Node } from "../editor/tree.ts";
import type { Host } from "../host.ts";
import { ago, duration, score } from "./words.ts";

/** Experiments of the workspace → their runs → the models of a run. */
export async function experimentNodes(host: Host): Promise<Node[]> {
  const paths = await findExperiments();
  return paths.map((path) => experimentNode(host, path));
}

function experimentNode(host: Host, path: string): Node {
  const runs = host.runs.of(path);
  const newest = runs[0];
  return {
    id: path,
    label: basename(path).replace(/\.forecast\.ya?ml$/, ""),
    description: newest === undefined ? "not run yet" : stateWords(newest),
    tooltip: shortPath(path),
    icon: "beaker",
    context: runs.length > 0 ? "experiment.run" : "experiment",
    command: { name: "openExperiment", title: "Open", given: [{ subject: { path } }] },
    subject: { path },
    expanded: true,
    ...(runs.length === 0 ? {} : { children: () => runs.map((run) => runNode(host, run)) }),
  };
}

const icons: Readonly<Record<RunView["state"], readonly [icon: string, colour?: string]>> = {
  queued: ["watch"],
  running: ["sync~spin"],
  paused: ["debug-pause"],
  finished: ["pass", "testing.iconPassed"],
  failed: ["error", "testing.iconFailed"],
  cancelled: ["circle-slash", "disabledForeground"],
};

function runNode(host: Host, run: RunView): Node {
  const [icon, colour] =
    run.stale && run.state === "finished" ? (["history", "disabledForeground"] as const) : icons[run.state];
  return {
    id: run.id,
    label: ago(run.createdAt),
    description: stateWords(run),
    tooltip: [
      `**${run.experiment}**`,
      run.state,
      run.reason ?? "",
      run.stale ? "The file or its data changed since." : "",
    ]
      .filter(Boolean)
      .join("\n\n"),
    icon,
    colour,
    context: `run.${run.state}`,
    subject: { run: run.id, path: run.path },
    ...(run.state === "finished"
      ? {
          children: () => modelNodes(host, run),
          command: { name: "report", title: "Open Report", given: [{ subject: { run: run.id } }] },
        }
      : {}),
    ...(run.state === "running"
      ? { command: { name: "live", title: "Show Training", given: [{ subject: { run: run.id } }] } }
      : {}),
  };
}

function stateWords(run: RunView): string {
  if (run.state === "running") {
    const done = run.progress === undefined ? "" : ` ${Math.round(100 * run.progress)} %`;
    return `running${done}`;
  }
  if (run.state !== "finished") return run.state;
  const seconds =
    run.startedAt === null || run.finishedAt === null
      ? ""
      : ` · ${duration((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)}`;
  return `${run.stale ? "stale · " : ""}${outcomeWords(run)}${seconds}`;
}

/** What a run's record says of its end; older records may say less. */
const outcomeSchema = z.object({
  winner: z.string(),
  score: z.number().nullable(),
  experiment: z.object({ metric: z.string() }),
});

function outcomeWords({ record }: RunView): string {
  const outcome = outcomeSchema.safeParse(record).data;
  if (outcome === undefined) return "finished";
  const { winner, experiment } = outcome;
  return `${winner} · ${outcome.score === null ? "no score" : `${experiment.metric} ${score(outcome.score)}`}`;
}

async function modelNodes(host: Host, run: RunView): Promise<Node[]> {
  const rows = await (await host.daemon.client()).getLeaderboard({ params: { id: run.id } });
  return rows.map((row, index) => ({
    id: `${run.id}/${row.model}/${index}`,
    label: row.model,
    description: score(row.score),
    icon: index === 0 ? "trophy" : "symbol-function",
    ...(index === 0 ? { colour: "charts.yellow" } : {}),
    context: "model",
  }));
}
