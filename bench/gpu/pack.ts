import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

// Packs everything that run.ts needs, Node and the Vulkan loader included, into one archive: see README.md beside this file.
const root = resolve(import.meta.dirname, "..", "..");
const out = join(root, "out");
const folder = join(out, "gpu-bench");

const sources = [
  "package.json",
  "bench/gpu/run.ts",
  "bench/engine-worker.ts",
  "bench/engine-models.ts",
  "bench/trainer-process.ts",
  "bench/result.ts",
  "daemon/engine",
  "daemon/training/devices",
  "protocol/errors.ts",
];
const modules = ["zod", "protobufjs", "@protobufjs", "long", "onnxruntime-common"];
const runtime = ["package.json", "dist", join("bin", "napi-v6", process.platform, process.arch)];
const loaders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib/chromium"].map(
  (place) => `${place}/libvulkan.so.1`,
);

const script = `#!/bin/sh
# GPU against CPU: sh run.sh [--batches 1024] [--models segrnn] [--seconds 5]
cd "$(dirname "$0")" || exit 1
LD_LIBRARY_PATH="$PWD/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-/tmp}" exec ./node bench/gpu/run.ts "$@"
`;

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

rmSync(folder, { recursive: true, force: true });
for (const path of sources) copy(join(root, path), join(folder, path));
for (const name of modules) copy(join(root, "node_modules", name), join(folder, "node_modules", name));
for (const path of runtime) {
  const place = join("node_modules", "onnxruntime-node", path);
  copy(join(root, place), join(folder, place));
}
copy(process.execPath, join(folder, "node"));
const loader = loaders.find(existsSync);
if (loader === undefined) console.error("No Vulkan loader here to take along: the GPU machine needs libvulkan1.");
else copy(realpathSync(loader), join(folder, "lib", "libvulkan.so.1"));
writeFileSync(join(folder, "run.sh"), script);
chmodSync(join(folder, "run.sh"), 0o755);

const archive = `${folder}.tar.xz`;
execFileSync("tar", ["-C", out, "-cJf", archive, "gpu-bench"], { env: { ...process.env, XZ_OPT: "-6 -T0" } });
console.log(`${archive} (${(statSync(archive).size / 2 ** 20).toFixed(1)} MiB): unpack it and run gpu-bench/run.sh`);
