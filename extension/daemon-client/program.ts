import { join } from "node:path";

/** How the daemon is run: a Node, its entry file and the environment. */
export interface DaemonProgram {
  readonly node: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The daemon's program, and the file of the whole command line: the former's entry can do nothing but serve. */
export interface Programs extends DaemonProgram {
  readonly commandLine: string;
}

/**
 * The daemon that comes with the extension, run by the editor's own Node (which in a desktop editor is Electron acting as
 * Node) or by the one that is configured.
 */
export function daemonProgram(extension: string, configured: { node: string; home: string }): Programs {
  return {
    node: configured.node === "" ? process.execPath : configured.node,
    entry: join(extension, "dist", "serve", "main.js"),
    commandLine: join(extension, "dist", "daemon", "cli", "main.js"),
    environment: { ELECTRON_RUN_AS_NODE: "1", ...(configured.home === "" ? {} : { ALMANAC_HOME: configured.home }) },
  };
}
