import { join, normalize } from "node:path";
import { z } from "zod";
import { runFiles } from "../../../protocol/api/runs.ts";
import { ApiError, type Client } from "../../../protocol/client.ts";
import { RemoteError } from "../../../protocol/errors.ts";
import { reportDocumentSchema } from "../../../protocol/report.ts";
import { writeAtomically } from "../../training/files/atomic-file.ts";
import { sha256 } from "../../training/files/digest.ts";
import { type Home, localExperiment, localManifest } from "./local-names.ts";

/** Files of a run that are fetched as they are; those that name files of the remote machine are made anew here. */
const copied = runFiles.filter((file) => !["run.json", "report.json", "report.html"].includes(file));

const runJsonSchema = z.looseObject({ experiment: z.record(z.string(), z.unknown()) });

/**
 * Fetches every file of a finished run on another daemon into `directory`, `run.json` last, so that a folder with one is
 * complete. Each file arrives whole and checked against its digest; what names files of that machine names the ones here.
 */
export async function bringHome(client: Client, id: string, directory: string, home: Home): Promise<void> {
  for (const file of copied) {
    const bytes = await fetchFile(client, id, file);
    if (bytes) await writeAtomically(join(directory, file), bytes);
  }
  await bringModel(client, id, join(directory, "model"), home);
  await bringReport(client, id, directory, home);
  const bytes = await fetchFile(client, id, "run.json");
  if (!bytes) return;
  const { experiment, ...rest } = runJsonSchema.parse(jsonOf(bytes));
  const here = { ...rest, experiment: localExperiment(experiment, home), remote: home.remote, text: home.text };
  await writeAtomically(join(directory, "run.json"), JSON.stringify(here, null, 2));
}

async function bringModel(client: Client, id: string, directory: string, home: Home): Promise<void> {
  const { files } = await client.listModelFiles({ params: { id } });
  for (const { path, digest } of files) {
    if (!safePath.safeParse(path).success) throw new RemoteError("The remote daemon named a file outside its model.");
    const bytes = await client.getModelFile({ params: { id, digest } });
    if (sha256(bytes) !== digest)
      throw new RemoteError(`A file of the model arrived damaged: ${path}.`, { fix: "Try again." });
    const here = path === "manifest.json" ? JSON.stringify(localManifest(jsonOf(bytes), home)) : bytes;
    await writeAtomically(join(directory, path), here);
  }
}

/** The report is drawn here, from its numbers, so that it names the user's own files. */
async function bringReport(client: Client, id: string, directory: string, home: Home): Promise<void> {
  const bytes = await fetchFile(client, id, "report.json");
  const page = join(directory, "report.html");
  // The remote's own page is never taken: it could contain scripts. Without the document there is nothing to draw one from.
  if (!bytes) return;
  const document = reportDocumentSchema.parse(jsonOf(bytes));
  const here = { ...document, experiment: localExperiment(document.experiment, home) };
  const [{ reportPageParts }, { writeTextFile }] = await Promise.all([
    import("../../training/outputs/report-page.ts"),
    import("../../training/files/write-file.ts"),
  ]);
  await writeTextFile(page, reportPageParts(here));
  await writeAtomically(join(directory, "report.json"), JSON.stringify(here));
}

function fetchFile(client: Client, id: string, file: (typeof runFiles)[number]): Promise<Uint8Array | undefined> {
  return client.getRunFile({ params: { id, file } }).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

const safePath = z
  .string()
  .refine((path) => !path.startsWith("/") && normalize(path) === path && !path.startsWith(".."));
