import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.ts";
import type { Target } from "./targets.ts";

/** Names that Debian gives the processors. */
const architectures: Partial<Record<Target, string>> = { "linux-x64": "amd64", "linux-arm64": "arm64" };

/** Packages whose libraries Node, DuckDB, SQLite and ONNX Runtime load. */
const wanted = ["libc6", "libstdc++6", "libgcc-s1"];

/** Whether an image can be built for this platform. */
export function hasLibraries(target: Target): boolean {
  return architectures[target] !== undefined;
}

/**
 * Unpacks the system libraries of a platform into `into`, with their copyright files, from the Debian release of this
 * machine. apt keeps its lists in `work`, so nothing of this machine's own set-up changes. Throws an error on machines
 * without apt. Returns names and versions of the packages.
 */
export function unpackLibraries(target: Target, work: string, into: string): string[] {
  const architecture = architectures[target] ?? "";
  const folder = join(work, `debian-${architecture}`);
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["lists/partial", "cache/archives/partial", "packages"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, "status"), "");
  const settings = {
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Sandbox::User": "root",
    "Dir::State": folder,
    "Dir::State::lists": join(folder, "lists"),
    "Dir::State::status": join(folder, "status"),
    "Dir::Cache": join(folder, "cache"),
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const packages = join(folder, "packages");
  command("apt-get", [...options, "update"]);
  command("apt-get", [...options, "download", ...wanted], { cwd: packages });
  // Their copyright file is in the package that both depend on.
  const depends = globSync("libgcc-s1_*.deb", { cwd: packages }).map((file) =>
    command("dpkg-deb", ["-f", join(packages, file), "Depends"]),
  );
  const [common] = /gcc-\d+-base/.exec(depends.join(" ")) ?? [];
  if (common !== undefined) command("apt-get", [...options, "download", common], { cwd: packages });
  const files = globSync("*.deb", { cwd: packages }).sort();
  mkdirSync(into, { recursive: true });
  for (const file of files) command("dpkg-deb", ["-x", join(packages, file), into]);
  return files.map((file) => file.replace(/_[^_]*\.deb$/, "").replace("_", " "));
}
