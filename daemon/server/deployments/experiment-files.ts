import { parseText } from "../../training/experiment/parse-text.ts";
import { filesOf } from "../../training/experiment/source-files.ts";
import { FileLister } from "../../training/files/file-lister.ts";
import { confine } from "../queue/confine.ts";
import type { TenantStore } from "../store/store.ts";

/** Finds the data files of experiments for a tenant: no file that the tenant's runs may not read, and none without end. */
export class ExperimentFiles {
  readonly #lister = new FileLister();

  /**
   * Files that an experiment reads, as absolute paths in order; none if its text is not usable. Rejects with an
   * ExperimentError if they lie outside the tenant's folder, with a DataError if they cannot be listed.
   */
  async of(store: TenantStore, path: string, text: string): Promise<string[]> {
    const { experiment } = await parseText(text, path);
    confine(store, path, experiment);
    const sources = experiment ? [experiment.data.source, experiment.data.future ?? []].flat() : [];
    return filesOf(path, sources, this.#lister);
  }

  close(): void {
    this.#lister.close();
  }
}
