/** What the editor gives an extension at its start. */
export type { ExtensionContext } from "vscode";
