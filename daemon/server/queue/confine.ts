import { resolve, sep } from "node:path";
import { ExperimentError } from "../../../protocol/errors.ts";
import type { Experiment } from "../../../protocol/experiment/schema.ts";
import { localTenant, type TenantStore } from "../store/store.ts";

/**
 * Keeps tenants of a shared daemon to what they sent themselves: their experiments lie in their own folder, and read files
 * beside themselves only. The one user of a local daemon may read what that user may read. Throws an ExperimentError.
 */
export function confine(store: TenantStore, path: string, experiment?: Experiment): void {
  if (store.tenant === localTenant) {
    return;
  }
  if (!isInside(store.directory, path)) {
    throw outside(path, path, "experiments of this daemon's tenants are sent to it, as snapshots");
  }
  const sources = experiment ? [experiment.data.source, experiment.data.future ?? []].flat() : [];
  for (const source of sources) {
    if (!plainName.test(source)) throw outside(path, source, "data lie beside the experiment");
  }
}

/** A file's name and nothing else: no folder, and no pattern, since `{..,x}` and `[.][.]` lead out of the folder too. */
const plainName = /^\w[\w.-]*$/;

function isInside(folder: string, path: string): boolean {
  return resolve(path).startsWith(resolve(folder) + sep);
}

function outside(file: string, named: string, why: string): ExperimentError {
  const fix = "Run it with `train.on` from your own machine.";
  return new ExperimentError([
    { severity: "error", code: "outside", message: `${named} cannot be read here: ${why}.`, fix, file },
  ]);
}
