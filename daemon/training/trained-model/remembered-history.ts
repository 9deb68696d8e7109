import { join } from "node:path";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { readSnapshot } from "../data/snapshot.ts";
import { joinHistory, type StoredHistory, storedHistory } from "./join-history.ts";
import type { ModelManifest } from "./model-manifest.ts";

/** Whole seasons that a model must see to forecast at all. */
const leastSeasons = 2;

/** The newest history of the series that a model was trained on, which fresh rows are put behind. */
export class RememberedHistory {
  readonly #stored: StoredHistory | undefined;
  /** Length of the model's shortest season, in steps. */
  readonly #season: number;

  private constructor(stored: StoredHistory | undefined, season: number) {
    this.#stored = stored;
    this.#season = season;
  }

  /** Reads it from a model's folder; models of earlier versions remember nothing. Rejects with a DataError if it is damaged. */
  static async load(model: {
    readonly manifest: ModelManifest;
    readonly directory: string;
  }): Promise<RememberedHistory> {
    const { history, settings } = model.manifest;
    const stored =
      history === undefined ? undefined : storedHistory(await readSnapshot(join(model.directory, history)));
    return new RememberedHistory(stored, settings.seasons[0] ?? 1);
  }

  /**
   * The fresh rows behind what is remembered, and what is to be said of it. Throws a DataError that names the number of
   * rows if nothing is remembered and there are too few.
   */
  before(fresh: Panel): { readonly panel: Panel; readonly warnings: readonly Problem[] } {
    if (this.#stored !== undefined) return joinHistory(this.#stored, fresh, this.#season);
    const needed = leastSeasons * this.#season + 1;
    const short = fresh.history.findIndex((length) => length > 0 && length < needed);
    if (short >= 0) throw tooShort(fresh, short, needed);
    return { panel: fresh, warnings: [] };
  }
}

function tooShort(fresh: Panel, series: number, needed: number): DataError {
  const name = fresh.keys[series]!.join(" / ");
  const rows = fresh.history[series]!;
  return new DataError(
    `The series${name === "" ? "" : ` ${name}`} has ${rows === 1 ? "one row" : `${rows} rows`} of history, and this model needs at least ${needed}.`,
    {
      code: "too-short-history",
      fix: "Send more history. A model of this version of Almanac remembers its own: run the experiment again.",
    },
  );
}
