import { ask, confirm, showNotice } from "../editor/dialogs.ts";
import type { Host } from "../host.ts";
import { runOf, subjectOf } from "./target.ts";

const pattern = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

/** Deploys a finished run's winner as the next version of a name. */
export async function deploy(host: Host, given?: unknown, id?: unknown): Promise<void> {
  const run = await runOf(host, given, id, ({ state }) => state === "finished");
  if (run === undefined) return;
  const proposal = run.experiment.toLowerCase().replace(/[^a-z0-9._-]+/g, "-");
  const name = await ask("Name of the deployment", proposal, (text) =>
    pattern.test(text) ? undefined : "Lower-case letters, digits, dots, hyphens and underscores",
  );
  if (name === undefined) return;
  const deployment = await (await host.daemon.client()).deploy({ body: { name, run: run.id } });
  host.refresh();
  await showNotice(`${name} is live as version ${deployment.versions.at(-1)?.version ?? 1}.`);
}

/** Puts a deployment back to the version that answered before. */
export async function rollback(host: Host, given?: unknown): Promise<void> {
  const name = subjectOf(given)?.name;
  if (name === undefined || !(await confirm(`Put ${name} back to the version before?`, "Roll Back"))) return;
  await (await host.daemon.client()).rollback({ params: { name, alias: "live" } });
  host.refresh();
}
