import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs } from "node:fs/promises";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { blockBytes, type remoteRunRoutes } from "../../../../protocol/api/remote-runs.ts";
import { writeAtomically } from "../../../training/files/atomic-file.ts";
import { sha256 } from "../../../training/files/digest.ts";
import { newId } from "../../store/ids.ts";
import type { TenantStore } from "../../store/store.ts";
import type { Handlers } from "../mount.ts";
import { conflict, HttpProblem, notFound } from "../problem.ts";
import type { Services } from "../services.ts";

export function remoteRunHandlers({ region }: Services): Handlers<keyof typeof remoteRunRoutes> {
  return {
    findMissingBlocks: async ({ body }, { store }) => {
      const missing: string[] = [];
      for (const digest of new Set(body.digests)) {
        if (!(await store.blobs.has(digest))) missing.push(digest);
      }
      return { missing };
    },
    putBlock: async ({ params, body }, { store }) => {
      if (sha256(body) !== params.digest) {
        throw new HttpProblem(422, "damaged", "The block's bytes do not match its digest.", { fix: "Send it again." });
      }
      await store.blobs.put(body);
      return null;
    },
    createSnapshot: async ({ body }, { store }) => {
      if (body.region !== null && body.region !== region) {
        throw new HttpProblem(422, "region", `The data may not leave ${body.region}; this daemon is not there.`);
      }
      const id = sha256(JSON.stringify(body));
      const directory = join(store.directory, "snapshots", id);
      const path = join(directory, `${body.name}.forecast.yaml`);
      if (!existsSync(path)) {
        await requireRoom(store.directory, body.files);
        for (const file of body.files) await assemble(store, id, directory, file);
        await writeAtomically(path, body.text);
      }
      return { path };
    },
    listModelFiles: async ({ params }, { store }) => {
      const files = await modelFiles(store, params.id);
      return { files: files.map(({ path, size, digest }) => ({ path, size, digest })) };
    },
    getModelFile: async ({ params }, { store, response }) => {
      const file = (await modelFiles(store, params.id)).find(({ digest }) => digest === params.digest);
      const bytes = file && (await store.blobs.get(file.digest));
      if (!bytes) throw notFound("file of this run's model");
      response.type("application/octet-stream").send(Buffer.from(bytes));
      return undefined;
    },
  };
}

/** Room that is left to others on the disk, in bytes. */
const SPARE = 2 ** 30;

/**
 * Refuses files that would not fit on the disk, before anything is written. One block may stand in a file many times, so
 * that a small request could otherwise become a file without end.
 */
async function requireRoom(
  directory: string,
  files: readonly { name: string; size: number; blocks: readonly string[] }[],
) {
  const odd = files.find(({ size, blocks }) => blocks.length !== Math.ceil(size / blockBytes));
  if (odd) throw wrongSize(odd.name, `${odd.blocks.length} blocks do not make ${odd.size} bytes`);
  const whole = files.reduce((sum, { size }) => sum + size, 0);
  const { bavail, bsize } = await statfs(directory);
  if (whole + SPARE > bavail * bsize) {
    const fix = "Free some space there, or send less data.";
    throw new HttpProblem(507, "disk-full", "The data do not fit on the disk of this daemon.", { fix });
  }
}

function wrongSize(name: string, why: string): HttpProblem {
  return new HttpProblem(422, "wrong-size", `${name}: ${why}.`);
}

/** Puts a file together from its blocks; the blocks stay, so that the next snapshot need not send them again. */
async function assemble(
  store: TenantStore,
  snapshot: string,
  directory: string,
  { name, size, blocks }: { name: string; size: number; blocks: readonly string[] },
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const partial = join(directory, `${name}.${newId("prt")}`);
  let written = 0;
  async function* content(): AsyncGenerator<Uint8Array> {
    for (const [index, digest] of blocks.entries()) {
      const bytes = await store.blobs.get(digest);
      if (!bytes)
        throw conflict("block-missing", `A block of ${name} has not arrived.`, "Ask which blocks are missing.");
      const about = { digest, size: bytes.length, mediaType: "application/octet-stream", createdAt: Date.now() };
      await store.artifacts.put({ owner: snapshot, name: `${name}/${index}`, ...about }, ["owner", "name"]);
      written += bytes.length;
      if (written > size) throw wrongSize(name, `more than ${size} bytes`);
      yield bytes;
    }
  }
  try {
    await pipeline(Readable.from(content()), createWriteStream(partial, { mode: 0o600, flush: true }));
    if (written !== size) throw wrongSize(name, `${written} bytes, not ${size}`);
    await rename(partial, join(directory, name));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The files of a finished run's model, known by their digests from now on. */
async function modelFiles(store: TenantStore, run: string): Promise<{ path: string; size: number; digest: string }[]> {
  if (!(await store.runs.get({ id: run, state: "finished" }))) throw notFound("finished run");
  const directory = join(store.directory, "runs", run, "model");
  const found: { path: string; size: number; digest: string }[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    const path = relative(directory, full);
    const { digest, size } = await store.blobs.adopt(full);
    const about = { digest, size, mediaType: "application/octet-stream", createdAt: Date.now() };
    await store.artifacts.put({ owner: run, name: `model/${path}`, ...about }, ["owner", "name"]);
    found.push({ path, size, digest });
  }
  return found;
}
