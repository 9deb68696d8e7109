import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bringHome } from "../../../daemon/server/remote/bring-home.ts";
import { sha256 } from "../../../daemon/training/files/digest.ts";
import { ApiError, type Client } from "../../../protocol/client.ts";
import { parseExperiment } from "../../../protocol/experiment/parse.ts";
import { experimentText } from "../test-daemon.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "almanac-home-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = experimentText("plain");
const home = { remote: "far", path: "/x.forecast.yaml", text, experiment: parseExperiment(text, "x").experiment! };
const bytes = new TextEncoder().encode("model");

/** A remote daemon whose model has one file, and which answers other files of a run as given. */
function remote(path: string, digest: string, files: Readonly<Record<string, string>> = {}): Client {
  const missing = { type: "", title: "Not found", status: 404, code: "not-found", detail: "No file." } as const;
  // SAFETY: these are the calls that are made.
  return {
    getRunFile: async ({ params }: { params: { file: string } }) => {
      const found = files[params.file];
      if (found === undefined) throw new ApiError(missing);
      return new TextEncoder().encode(found);
    },
    listModelFiles: async () => ({ files: [{ path, digest }] }),
    getModelFile: async () => bytes,
  } as unknown as Client;
}

test.each(["../outside", "/etc/outside", "a/../../outside", "..", "a//b", "./a"])(
  "a model's file named %s is refused, and nothing is written",
  async (path) => {
    const directory = join(folder, "run");
    await expect(bringHome(remote(path, sha256(bytes)), "run_1", directory, home)).rejects.toThrow(
      "The remote daemon named a file outside its model.",
    );
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("a model's file whose bytes are not those of its digest is refused", async () => {
  const directory = join(folder, "run");
  await expect(bringHome(remote("members/a.bin", sha256("other")), "run_1", directory, home)).rejects.toThrow(
    "A file of the model arrived damaged: members/a.bin.",
  );
  expect(existsSync(join(directory, "model/members/a.bin"))).toBe(false);
  await bringHome(remote("members/a.bin", sha256(bytes)), "run_1", directory, home);
  expect(existsSync(join(directory, "model/members/a.bin"))).toBe(true);
});

test("a page that was made elsewhere is not kept", async () => {
  const directory = join(folder, "run");
  const page = "<script>steal()</script>";
  await bringHome(remote("members/a.bin", sha256(bytes), { "report.html": page }), "run_1", directory, home);
  expect(existsSync(join(directory, "report.html"))).toBe(false);
});
