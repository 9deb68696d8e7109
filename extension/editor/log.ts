import { type LogOutputChannel, window } from "vscode";

/** The extension's log channel; its level follows the editor's. */
export function createLog(name: string): LogOutputChannel {
  return window.createOutputChannel(name, { log: true });
}

export type Log = LogOutputChannel;
