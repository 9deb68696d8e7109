/** What editor and language server say to each other beyond the protocol of all languages. */
import type { RunState } from "../../protocol/run-states.ts";

/** Options of the server's start. */
export interface ServerOptions {
  /** The workspace is trusted: data files may be opened. */
  readonly trusted: boolean;
  /** Program that reads data files, run in a process of its own. */
  readonly factsProgram: string;
  readonly node: string;
}

/** The editor to the server: the newest run of a file, or that there is none. */
export const runChanged = "almanac/runChanged";
export interface RunChanged {
  readonly path: string;
  readonly run?: {
    readonly id: string;
    readonly state: RunState;
    readonly progress?: number | undefined;
    readonly stale: boolean;
  };
}

/** The editor to the server: how to reach the daemon, and the names of remote ones. */
export const daemonChanged = "almanac/daemonChanged";
export interface DaemonChanged {
  readonly url?: string;
  readonly token?: string;
  readonly remotes: readonly string[];
}

/** The editor to the server: the workspace has become trusted. */
export const trustGranted = "almanac/trustGranted";

/** The server to the editor: previews of a file have changed; asked for by URI. */
export const previewsChanged = "almanac/previewsChanged";
/** The editor to the server: the previews of a file. */
export const getPreviews = "almanac/previews";
/** The editor to the server: a new experiment's text for a data file. */
export const draftExperiment = "almanac/draft";
export interface DraftRequest {
  readonly dataFile: string;
}
