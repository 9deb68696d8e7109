import { join } from "node:path";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import { readSnapshot } from "../data/snapshot.ts";
import { joinHistory } from "./join-history.ts";
import type { ModelManifest } from "./model-manifest.ts";

/** Whole seasons that a model must see to forecast at all. */
const leastSeasons = 2;

/**
 * Fresh rows behind the history that a model remembers. A model of an earlier version remembers none: a DataError says how
 * many rows it needs if there are fewer.
 */
export async function withHistory(
  { manifest, directory }: { readonly manifest: ModelManifest; readonly directory: string },
  fresh: Panel,
): Promise<{ readonly panel: Panel; readonly warnings: Problem[] }> {
  if (manifest.history !== undefined) {
    const season = manifest.settings.seasons[0] ?? 1;
    return joinHistory(await readSnapshot(join(directory, manifest.history)), fresh, season);
  }
  const needed = leastSeasons * (manifest.settings.seasons[0] ?? 1) + 1;
  const short = fresh.history.findIndex((length) => length > 0 && length < needed);
  if (short < 0 || seriesCount(fresh) === 0) return { panel: fresh, warnings: [] };
  const name = fresh.keys[short]!.join(" / ");
  const rows = fresh.history[short]!;
  throw new DataError(
    `The series${name === "" ? "" : ` ${name}`} has ${rows === 1 ? "one row" : `${rows} rows`} of history, and this model needs at least ${needed}.`,
    {
      code: "too-short-history",
      fix: "Send more history. A model of this version of Almanac remembers its own: run the experiment again.",
    },
  );
}
