import { commands, type Disposable } from "vscode";

/** Registers a command under `almanac.`. */
export function onCommand(name: string, run: (...given: unknown[]) => unknown): Disposable {
  return commands.registerCommand(`almanac.${name}`, run);
}

/** Runs any command of the editor. */
export function runCommand(id: string, ...given: unknown[]): Thenable<unknown> {
  return commands.executeCommand(id, ...given);
}

/** Sets a key that `when` clauses of the manifest ask for. */
export function setContext(key: string, value: unknown): void {
  void commands.executeCommand("setContext", `almanac.${key}`, value);
}
