import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { copy, showNotice } from "../editor/dialogs.ts";
import { showText } from "../editor/files.ts";
import type { Host } from "../host.ts";

/** Shows what works on this machine and what does not, with the fix. */
export async function doctor(host: Host): Promise<void> {
  await showText("Doctor.md", await diagnosis(host));
}

/** Puts the same text on the clipboard, for a bug report. */
export async function copyDiagnostics(host: Host): Promise<void> {
  await copy(await diagnosis(host));
  await showNotice("The diagnostics are on the clipboard.");
}

async function diagnosis(host: Host): Promise<string> {
  const program = host.program();
  const { daemon } = host;
  return [
    "# Almanac Doctor",
    "",
    `- Extension ${host.version} on ${process.platform} ${process.arch}`,
    `- Node of the editor ${process.versions.node}; the daemon runs on ${program.node}`,
    `- Daemon: ${daemon.state}${daemon.reason === undefined || daemon.state === "ready" ? "" : ` — ${daemon.reason}`}`,
    `- Runs known: ${host.runs.all.length}`,
    "",
    "```",
    await machine(program),
    "```",
    "",
  ].join("\n");
}

async function machine({ node, entry, environment }: ReturnType<Host["program"]>): Promise<string> {
  const options = { env: { ...process.env, ...environment }, timeout: 60_000 };
  try {
    const { stdout, stderr } = await promisify(execFile)(node, [entry, "doctor"], options);
    return `${stdout}${stderr}`.trim();
  } catch (error) {
    return `almanac doctor failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
