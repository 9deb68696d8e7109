import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openStates } from "../../../protocol/run-states.ts";
import { idPattern } from "./ids.ts";
import type { TenantStore } from "./store.ts";

/** Ages, in milliseconds, below which things are spared. */
export interface Ages {
  /** A folder whose row may be about to be written. */
  readonly fresh: number;
  /** A snapshot that another daemon sent and no run has asked for since; a finished task that nobody asked for again. */
  readonly unused: number;
}

/** Removes folders and files of a tenant that nobody needs any more; returns how many. */
export async function clearLeftovers(store: TenantStore, now: number, ages: Ages): Promise<number> {
  const runs = await clear(join(store.directory, "runs"), now - ages.fresh, async (id) => {
    return idPattern.test(id) && (await store.runs.count({ id })) === 0;
  });
  const versions = await clear(join(store.directory, "deployments"), now - ages.fresh, async (id) => {
    return idPattern.test(id) && (await store.deploymentVersions.count({ id })) === 0;
  });
  const snapshots = await clear(join(store.directory, "snapshots"), now - ages.unused, async (id) => {
    const used = await isUsed(store, id, now - ages.unused);
    if (!used) await store.artifacts.remove({ owner: id });
    return !used;
  });
  let entries = 0;
  const cache = join(store.directory, "cache");
  for (const { name } of await entriesOf(cache)) {
    entries += await clear(join(cache, name), now - ages.unused, async () => true);
  }
  return runs + versions + snapshots + entries;
}

/** Removes what lies in a folder, was last changed before `before`, and that `unwanted` names. */
async function clear(folder: string, before: number, unwanted: (name: string) => Promise<boolean>): Promise<number> {
  let removed = 0;
  for (const { name, changedAt } of await entriesOf(folder)) {
    if (changedAt >= before || !(await unwanted(name))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
    removed++;
  }
  return removed;
}

async function entriesOf(folder: string): Promise<{ name: string; changedAt: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(folder, name)).catch(() => undefined);
      return facts && { name, changedAt: facts.mtimeMs };
    }),
  );
  return found.filter((entry) => entry !== undefined);
}

/** Whether a run of a snapshot's experiment is under way, or was asked for since. */
async function isUsed(store: TenantStore, snapshot: string, since: number): Promise<boolean> {
  const folder = join(store.directory, "snapshots", snapshot);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const active = await store.runs.count({ path, state: { in: openStates } });
    if (active > 0 || (await store.runs.count({ path, createdAt: { gte: since } })) > 0) return true;
  }
  return false;
}
