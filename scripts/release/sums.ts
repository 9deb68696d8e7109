import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { command } from "./command.ts";
import { type Places, root } from "./places.ts";
import { writeJson } from "./stage.ts";

/**
 * Writes SHA256SUMS, which `sha256sum --check` reads, and provenance.json: what the files were made from and with, as an
 * in-toto statement with a predicate of SLSA (https://slsa.dev/spec/v1.0/provenance). It is not signed.
 */
export async function writeSums(places: Places, files: readonly string[]): Promise<void> {
  const subjects: { name: string; digest: { sha256: string } }[] = [];
  for (const file of files) subjects.push({ name: basename(file), digest: { sha256: await sha256Of(file) } });
  const lines = subjects.map(({ name, digest }) => `${digest.sha256}  ${name}\n`);
  writeFileSync(join(places.out, "SHA256SUMS"), lines.join(""));
  const git = (...words: string[]) => command("git", words, { cwd: root }).trim();
  writeJson(join(places.out, "provenance.json"), {
    _type: "https://in-toto.io/Statement/v1",
    subject: subjects,
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "urn:almanac:npm-run-release",
        externalParameters: { version: places.version },
        internalParameters: {
          node: process.versions.node,
          npm: command("npm", ["--version"]).trim(),
          uncommitted: git("status", "--porcelain") !== "",
        },
        resolvedDependencies: [
          { name: "sources", digest: { gitCommit: git("rev-parse", "HEAD") } },
          { name: "package-lock.json", digest: { sha256: await sha256Of(join(root, "package-lock.json")) } },
        ],
      },
      runDetails: { builder: { id: "urn:almanac:own-machine" }, metadata: {} },
    },
  });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
