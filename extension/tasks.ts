import { findExperiments, shortPath } from "./editor/files.ts";
import { type Job, provideTasks } from "./editor/tasks.ts";
import type { Host } from "./host.ts";

/** Offers `check` and `run` of every experiment as tasks. */
export function registerTasks(host: Host): { dispose(): void } {
  const job = (definition: Job["definition"]): Job => {
    const { node, entry, environment } = host.program();
    return {
      name: `${definition.task} ${definition.file}`,
      definition,
      command: node,
      arguments: [entry, definition.task, definition.file, ...(definition.arguments ?? [])],
      environment,
      build: definition.task === "check",
    };
  };
  const list = async () => {
    const files = (await findExperiments()).map(shortPath);
    return files.flatMap((file) => ["check", "run"].map((task) => job({ task, file })));
  };
  return provideTasks(list, job);
}
