import { open } from "node:fs/promises";
import { basename, extname } from "node:path";
import { blockBytes, fileNameSchema } from "../../../protocol/api/remote-runs.ts";
import type { Client } from "../../../protocol/client.ts";
import { sha256 } from "../../training/files/digest.ts";

/** A file as it travels: its new name and its blocks in order. */
export interface BlockFile {
  readonly name: string;
  readonly size: number;
  readonly blocks: string[];
}

/** Cuts files into blocks and names each by its digest; nothing is sent yet. Files get names without folders, unlike `taken`. */
export async function blocksOf(
  paths: readonly string[],
  prefix: string,
  taken: readonly BlockFile[] = [],
): Promise<BlockFile[]> {
  const files: BlockFile[] = [];
  for (const [index, path] of paths.entries()) {
    const blocks: string[] = [];
    let size = 0;
    for await (const bytes of readBlocks(path)) {
      blocks.push(sha256(bytes));
      size += bytes.length;
    }
    const names = new Set([...taken, ...files].map(({ name }) => name));
    files.push({ name: travelName(path, `${prefix}-${index}`, names), size, blocks });
  }
  return files;
}

/** The file's own name, so that messages about the data name what the user knows; another where that cannot be. */
function travelName(path: string, otherwise: string, taken: ReadonlySet<string>): string {
  const name = basename(path);
  const usable = fileNameSchema.safeParse(name).success && !/\.ya?ml$/i.test(name) && !taken.has(name);
  return usable ? name : `${otherwise}${extname(path)}`;
}

/** Digests of `files` that the daemon does not have, and about how many bytes they are. */
export async function missingBlocks(
  client: Client,
  files: readonly BlockFile[],
): Promise<{ missing: Set<string>; bytes: number }> {
  const all = [...new Set(files.flatMap(({ blocks }) => blocks))];
  const missing = new Set<string>();
  for (let start = 0; start < all.length; start += 10_000) {
    const answer = await client.findMissingBlocks({ body: { digests: all.slice(start, start + 10_000) } });
    for (const digest of answer.missing) missing.add(digest);
  }
  const sizes = new Map(
    files.flatMap(({ size, blocks }) =>
      blocks.map((digest, index) => [digest, Math.min(blockBytes, size - index * blockBytes)] as const),
    ),
  );
  return { missing, bytes: [...missing].reduce((sum, digest) => sum + sizes.get(digest)!, 0) };
}

/** Sends the missing blocks of a file. One that is lost on the way is asked for again at the next attempt, the others not. */
export async function sendBlocks(
  client: Client,
  path: string,
  missing: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const bytes of readBlocks(path)) {
    const digest = sha256(bytes);
    if (!missing.has(digest)) continue;
    await client.putBlock({ params: { digest }, body: bytes }, { signal });
    missing.delete(digest);
  }
}

async function* readBlocks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read({ buffer: new Uint8Array(blockBytes) });
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
