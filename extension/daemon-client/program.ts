import { join } from "node:path";

/** How the daemon and the other commands are run: a Node, the entry file of `almanac` and the environment. */
export interface DaemonProgram {
  readonly node: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The daemon that comes with the extension, run by the editor's own Node (which in a desktop editor is Electron acting as
 * Node) or by the one that is configured.
 */
export function daemonProgram(extension: string, configured: { node: string; home: string }): DaemonProgram {
  return {
    node: configured.node === "" ? process.execPath : configured.node,
    entry: join(extension, "bin", "almanac.mjs"),
    environment: { ELECTRON_RUN_AS_NODE: "1", ...(configured.home === "" ? {} : { ALMANAC_HOME: configured.home }) },
  };
}
