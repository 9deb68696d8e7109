import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";

const mostFiles = 200;
const deepest = 3;
const pattern = /\.(csv|tsv|parquet|json|ndjson)(\.gz)?$/i;
const skipped = /^(node_modules|dist|out|\..*|.*\.forecast\.out|package(-lock)?\.json|tsconfig\.json)$/;

/** Data files at and below a folder, as relative paths with forward slashes; an unreadable folder has none. */
export async function dataFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  await collect(folder, "", 0, found);
  return found;
}

async function collect(folder: string, prefix: string, depth: number, found: string[]): Promise<void> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (found.length >= mostFiles || skipped.test(entry.name)) continue;
    const path = posix.join(prefix, entry.name);
    if (entry.isDirectory() && depth < deepest) await collect(folder, path, depth + 1, found);
    else if (entry.isFile() && pattern.test(entry.name)) found.push(path);
  }
}
