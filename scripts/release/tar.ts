import { command } from "./command.ts";
import { root } from "./places.ts";

/** Time of the commit that is released, in seconds since 1970; SOURCE_DATE_EPOCH replaces it. */
export function releaseSeconds(): number {
  const given = Number(process.env.SOURCE_DATE_EPOCH ?? "");
  return given > 0 ? given : Number(command("git", ["log", "-1", "--format=%ct"], { cwd: root }));
}

/**
 * Packs what is in a folder with GNU tar, so that equal files give equal bytes: sorted, with the release's time and one
 * owner. Throws an error on systems without GNU tar, such as macOS.
 */
export function packTar(folder: string, file: string, { gzip = false, owner = 0, mode = "" } = {}): void {
  const same = [
    "--sort=name",
    `--mtime=@${releaseSeconds()}`,
    `--owner=${owner}`,
    `--group=${owner}`,
    "--numeric-owner",
  ];
  const zip = gzip ? ["--use-compress-program=gzip -9n"] : [];
  const modes = mode === "" ? [] : [`--mode=${mode}`];
  const names = command("ls", ["-A", folder]).split("\n").filter(Boolean);
  command("tar", [...same, ...modes, ...zip, "-cf", file, "-C", folder, ...names]);
}
