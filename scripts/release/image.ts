import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stageProgram } from "./archive.ts";
import { unpackLibraries } from "./debian.ts";
import { type Places, root } from "./places.ts";
import { packTar, releaseSeconds } from "./tar.ts";
import { partsOf, type Target } from "./targets.ts";

/** User and group of the daemon in the image. */
export const imageUser = 10_001;

/** Where the image keeps what a daemon writes: its data folder, and temporary files. The rest may be read-only. */
const writable = ["data", "tmp"];

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Packs an image of the daemon in the OCI layout (https://github.com/opencontainers/image-spec), which Docker, Podman and
 * containerd load; no engine is needed to build it. Three layers: system libraries of Debian, Node with Almanac, and the
 * writable folders. The daemon runs as user 10001. Returns the path.
 */
export function packImage(places: Places, target: Target): string {
  const work = join(places.work, `image-${target}`);
  const layout = join(work, "layout");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
  const layers = layerFolders(places, target, work).map((folder, index) => {
    const file = `${folder}.tar`;
    const last = index === 2;
    packTar(folder, file, last ? { owner: imageUser, mode: "0700" } : {});
    const bytes = readFileSync(file);
    const layer = addBlob(layout, "application/vnd.oci.image.layer.v1.tar+gzip", gzipSync(bytes, { level: 9 }));
    return { layer, diff: digestOf(bytes) };
  });
  const created = new Date(1000 * releaseSeconds()).toISOString();
  const config = addJson(layout, "application/vnd.oci.image.config.v1+json", {
    created,
    os: "linux",
    architecture: partsOf(target).cpu === "x64" ? "amd64" : "arm64",
    config: settings(places.version),
    rootfs: { type: "layers", diff_ids: layers.map(({ diff }) => diff) },
    history: ["system libraries", "Node and Almanac", "writable folders"].map((comment) => ({ created, comment })),
  });
  const type = "application/vnd.oci.image.manifest.v1+json";
  const manifest = addJson(layout, type, {
    schemaVersion: 2,
    mediaType: type,
    config,
    layers: layers.map(({ layer }) => layer),
  });
  const annotations = { "org.opencontainers.image.ref.name": `almanac:${places.version}` };
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  writeFileSync(join(layout, "index.json"), JSON.stringify(index));
  const file = join(places.out, `almanac-${places.version}-${target}.oci.tar`);
  packTar(layout, file);
  rmSync(work, { recursive: true });
  return file;
}

/** How a container starts. */
function settings(version: string): object {
  return {
    User: `${imageUser}:${imageUser}`,
    WorkingDir: "/data",
    Env: ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/data", "ALMANAC_HOME=/data"],
    Entrypoint: ["/usr/local/bin/node", "/app/bin/almanac.mjs"],
    Cmd: ["serve", "--keep-alive"],
    Volumes: Object.fromEntries(writable.map((name) => [`/${name}`, {}])),
    StopSignal: "SIGTERM",
    Labels: {
      "org.opencontainers.image.title": "almanac",
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.licenses": "Apache-2.0",
    },
  };
}

/** Folders with the content of each layer. */
function layerFolders(places: Places, target: Target, work: string): string[] {
  const [libraries, program, folders] = ["libraries", "program", "writable"].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  const packages = unpackLibraries(target, places.work, libraries);
  mkdirSync(join(libraries, "etc"), { recursive: true });
  writeFileSync(join(libraries, "etc", "passwd"), `almanac:x:${imageUser}:${imageUser}::/data:/sbin/nologin\n`);
  writeFileSync(join(libraries, "etc", "group"), `almanac:x:${imageUser}:\n`);
  writeFileSync(join(libraries, "etc", "almanac-packages"), `${packages.join("\n")}\n`);
  mkdirSync(join(program, "usr", "local", "bin"), { recursive: true });
  const app = stageProgram(places, `app-${target}`, target);
  renameSync(join(app, "node"), join(program, "usr", "local", "bin", "node"));
  cpSync(app, join(program, "app"), { recursive: true });
  rmSync(app, { recursive: true });
  cpSync(join(root, "LICENSE"), join(program, "app", "LICENSE"));
  for (const name of writable) mkdirSync(join(folders, name), { recursive: true });
  return [libraries, program, folders];
}

function addJson(layout: string, mediaType: string, value: unknown): Descriptor {
  return addBlob(layout, mediaType, Buffer.from(JSON.stringify(value)));
}

function addBlob(layout: string, mediaType: string, bytes: Buffer): Descriptor {
  const digest = digestOf(bytes);
  writeFileSync(join(layout, "blobs", ...digest.split(":")), bytes);
  return { mediaType, digest, size: bytes.length };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
