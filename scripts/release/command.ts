import { type SpawnSyncOptions, spawnSync } from "node:child_process";

/** Runs a program and returns what it printed. Throws an error with its messages if it fails. */
export function command(program: string, parameters: readonly string[], options: SpawnSyncOptions = {}): string {
  const shell = process.platform === "win32" && program === "npm";
  const maxBuffer = 2 ** 28;
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    ...options,
    shell,
    maxBuffer,
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  throw new Error(`${program} ${parameters.join(" ")} failed: ${error?.message ?? `${stderr}${stdout}`.trim()}`);
}
