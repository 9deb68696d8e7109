import { onCommand, runCommand } from "../editor/commands.ts";
import { showError } from "../editor/dialogs.ts";
import { isTrusted } from "../editor/files.ts";
import { changeSetting, setting } from "../editor/settings.ts";
import type { Host } from "../host.ts";
import { deleteRun } from "./delete-run.ts";
import { deploy, rollback } from "./deploy.ts";
import { copyDiagnostics, doctor } from "./doctor.ts";
import { openExample } from "./example.ts";
import { newExperiment } from "./new-experiment.ts";
import { compare, live, openExperiment, openForecast, openInBrowser, openPage } from "./pages.ts";
import { addRemote, removeRemote } from "./remotes.ts";
import { run } from "./run.ts";
import { pause, resume, stop } from "./stop.ts";

type Command = (given?: unknown, more?: unknown) => unknown;

/** Commands that open data files or start a daemon. */
const trusted = new Set(["newExperiment", "run", "addRemote", "restartDaemon"]);

/** Registers every command of the manifest. What goes wrong in one is logged and shown, never lost. */
export function registerCommands(host: Host): { dispose(): void }[] {
  return Object.entries(commandsOf(host)).map(([name, command]) =>
    onCommand(name, async (given, more) => {
      try {
        if (trusted.has(name) && !isTrusted()) return await refuse();
        return await command(given, more);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        host.log.error(`${name}: ${error instanceof Error ? (error.stack ?? message) : message}`);
        void showError(message, ["Show Log", () => host.log.show()]);
      }
    }),
  );
}

/** A greyed line of a menu would not say why. */
function refuse(): Promise<void> {
  const manage = () => runCommand("workbench.trust.manage");
  return showError("In Restricted Mode Almanac opens no data and trains nothing.", ["Manage Workspace Trust", manage]);
}

function commandsOf(host: Host): Record<string, Command> {
  return {
    newExperiment: (given) => newExperiment(host, given),
    run: (given, models) => run(host, given, models),
    stop: (given, id) => stop(host, given, id),
    pause: (given, id) => pause(host, given, id),
    resume: (given, id) => resume(host, given, id),
    report: (given, id) => openPage(host, "report", given, id),
    explain: (given, id) => openPage(host, "explain", given, id),
    whatIf: (given, id) => openPage(host, "what-if", given, id),
    live: (given, id) => live(host, given, id),
    compare: (given, id) => compare(host, given, id),
    deploy: (given, id) => deploy(host, given, id),
    rollback: (given) => rollback(host, given),
    deleteRun: (given) => deleteRun(host, given),
    openForecast: (given) => openForecast(host, given),
    openExperiment,
    openInBrowser: () => openInBrowser(host),
    addRemote: () => addRemote(host),
    removeRemote: (given) => removeRemote(host, given),
    refresh: () => host.refresh(),
    restartDaemon: () => restartDaemon(host),
    togglePreviews: () => changeSetting("previews.enabled", !setting("previews.enabled")),
    openExample: () => openExample(host),
    doctor: () => doctor(host),
    copyDiagnostics: () => copyDiagnostics(host),
    showLog: () => host.log.show(),
  };
}

async function restartDaemon(host: Host): Promise<void> {
  await host.daemon.restart();
  void host.runs.follow();
}
