/**
 * Address of a program that runs in a process of its own. `path` is its place below `daemon/`, without the ending: the
 * result is this source file, or the file that `scripts/build-daemon.ts` made of it if this code runs from the bundle.
 * All files of the bundle are in one folder.
 */
export function programFile(path: string): URL {
  const here = import.meta.url;
  return here.endsWith(".ts") ? new URL(`../../${path}.ts`, here) : new URL(programName(path), here);
}

/** Name of the file in the bundle that is built from the program at `path` below `daemon/`. */
export function programName(path: string): string {
  return `${path.replaceAll("/", "-")}.js`;
}
