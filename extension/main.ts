import { join } from "node:path";
import { registerCommands } from "./commands/index.ts";
import { Daemon } from "./daemon-client/daemon.ts";
import { daemonProgram } from "./daemon-client/program.ts";
import { Runs } from "./daemon-client/runs.ts";
import { setContext } from "./editor/commands.ts";
import type { ExtensionContext } from "./editor/context.ts";
import { onActiveEditor } from "./editor/decorations.ts";
import { activeExperiment, isTrusted, onExperimentFiles, onTrusted, provideTexts } from "./editor/files.ts";
import { startLanguage } from "./editor/language-client.ts";
import { createLog } from "./editor/log.ts";
import { secretsOf } from "./editor/secrets.ts";
import { onSetting, setting } from "./editor/settings.ts";
import { createStatus } from "./editor/status.ts";
import { showTree } from "./editor/tree.ts";
import type { Host } from "./host.ts";
import { trustGranted } from "./language/messages.ts";
import { linkLanguage } from "./language-link.ts";
import { Panels } from "./panels/panels.ts";
import { registerTasks } from "./tasks.ts";
import { registerTools } from "./tools.ts";
import { deploymentNodes, remoteNodes } from "./views/deployments.ts";
import { experimentNodes } from "./views/experiments.ts";
import { showPreviews } from "./views/previews.ts";
import { statusOf } from "./views/status.ts";

/** Wires the parts. Nothing here waits: language server and daemon start in the background. */
export function activate(context: ExtensionContext): { readonly activationMs: number } {
  const began = performance.now();
  const host = createHost(context);
  const keep = (...parts: { dispose(): unknown }[]) => context.subscriptions.push(...parts);
  const views = [
    showTree("almanac.experiments", () => experimentNodes(host)),
    showTree("almanac.deployments", () => deploymentNodes(host)),
    showTree("almanac.remotes", () => remoteNodes(host)),
  ];
  const status = createStatus("almanac.status", "Almanac");
  const show = () => {
    for (const view of views) view.refresh();
    tell();
  };
  const tell = () => {
    status.show(statusOf(host));
    setContext("daemon", host.daemon.state);
    const path = activeExperiment();
    setContext("hasReport", path !== undefined && host.runs.of(path).some(({ state }) => state === "finished"));
  };
  host.refresh = show;
  host.daemon.onChange(show);
  host.runs.onChange((run) => (run?.state === "running" && run.progress !== undefined ? tell() : show()));
  keep(host.log, status, ...views, ...registerCommands(host), registerTasks(host), ...registerTools(host));
  keep(provideTexts(), host.panels.restore(), onExperimentFiles(show), onActiveEditor(tell));
  keep(onSetting(["daemon.node", "daemon.home"], () => void host.daemon.restart().catch(() => {})));
  void host.language.then((language) => keep(language, showPreviews(language), linkLanguage(host, language)));
  keep({ dispose: () => host.runs.close() }, { dispose: () => host.daemon.release() });
  const begin = () => void host.runs.follow();
  if (isTrusted()) setTimeout(begin);
  keep(
    onTrusted(() => {
      begin();
      void host.language.then((language) => language.tell(trustGranted));
    }),
  );
  tell();
  const activationMs = performance.now() - began;
  host.log.info(`Activated in ${activationMs.toFixed(0)} ms.`);
  return { activationMs };
}

function createHost(context: ExtensionContext): Host {
  const extension = context.extensionPath;
  const log = createLog("Almanac");
  const write = (line: string) => log.info(line);
  const program = () => daemonProgram(extension, { node: setting("daemon.node"), home: setting("daemon.home") });
  const daemon = new Daemon(program, write);
  const runs = new Runs(daemon, write);
  const { node } = program();
  return {
    extension,
    version: String(context.extension.packageJSON.version),
    log,
    secrets: secretsOf(context),
    daemon,
    runs,
    panels: new Panels(extension, daemon, runs),
    language: startLanguage(
      join(extension, "dist", "extension", "server.cjs"),
      { trusted: isTrusted(), node, factsProgram: join(extension, "dist", "daemon", "training-facts-worker.js") },
      log,
    ),
    program,
    refresh: () => {},
  };
}
