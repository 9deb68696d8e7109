import { hasEnded } from "../../protocol/run-states.ts";
import type { Host } from "../host.ts";
import { cancel } from "./run.ts";
import { runOf } from "./target.ts";

/** Cancels the run under way. */
export async function stop(host: Host, given?: unknown, id?: unknown): Promise<void> {
  const run = await runOf(host, given, id, ({ state }) => !hasEnded(state));
  if (run !== undefined) await cancel(host, run.id);
}

/** Pauses: finished tasks are kept. */
export async function pause(host: Host, given?: unknown, id?: unknown): Promise<void> {
  const run = await runOf(host, given, id, ({ state }) => state === "running");
  if (run !== undefined) host.runs.put(await (await host.daemon.client()).pauseRun({ params: { id: run.id } }));
}

/** Continues a paused run, or tries a failed one again. */
export async function resume(host: Host, given?: unknown, id?: unknown): Promise<void> {
  const run = await runOf(host, given, id, ({ state }) => state === "paused" || state === "failed");
  if (run !== undefined) host.runs.put(await (await host.daemon.client()).resumeRun({ params: { id: run.id } }));
}
