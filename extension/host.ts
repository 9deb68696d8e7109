import type { Daemon } from "./daemon-client/daemon.ts";
import type { DaemonProgram } from "./daemon-client/program.ts";
import type { Runs } from "./daemon-client/runs.ts";
import type { Language } from "./editor/language-client.ts";
import type { Log } from "./editor/log.ts";
import type { Secrets } from "./editor/secrets.ts";
import type { Panels } from "./panels/panels.ts";

/** What commands, views and panels work with. */
export interface Host {
  /** Folder of the extension. */
  readonly extension: string;
  readonly version: string;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly daemon: Daemon;
  readonly runs: Runs;
  readonly panels: Panels;
  /** Resolves once the language server runs. */
  readonly language: Promise<Language>;
  /** The program as the settings are now. */
  program(): DaemonProgram;
  /** Brings trees and status bar up to date. */
  refresh: () => void;
}
