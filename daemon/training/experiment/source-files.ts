import { dirname, resolve } from "node:path";
import type { FileLister } from "../files/file-lister.ts";

/** Files that sources of an experiment name, as absolute paths in order. Rejects with a DataError as `FileLister.list`. */
export async function filesOf(path: string, sources: readonly string[], lister: FileLister): Promise<string[]> {
  const files = await Promise.all(sources.map((source) => lister.list(resolve(dirname(path), source))));
  return files.flat().sort();
}
