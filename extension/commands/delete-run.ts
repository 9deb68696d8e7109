import { hasEnded } from "../../protocol/run-states.ts";
import { confirm } from "../editor/dialogs.ts";
import type { Host } from "../host.ts";
import { runOf } from "./target.ts";

/** Deletes a run that has ended, with its files, after asking. */
export async function deleteRun(host: Host, given?: unknown): Promise<void> {
  const run = await runOf(host, given, undefined, ({ state }) => hasEnded(state));
  if (
    run === undefined ||
    !(await confirm(`Delete this run of ${run.experiment} with its report and model?`, "Delete"))
  )
    return;
  await (await host.daemon.client()).deleteRun({ params: { id: run.id } });
  host.runs.forget(run.id);
}
