import { hasEnded } from "../protocol/run-states.ts";
import type { Run } from "./daemon-client/runs.ts";
import type { Language } from "./editor/language-client.ts";
import type { Host } from "./host.ts";
import { type DaemonChanged, daemonChanged, type RunChanged, runChanged } from "./language/messages.ts";

/** Keeps the language server informed: how to reach the daemon, and the newest run of each file. */
export function linkLanguage(host: Host, language: Language): { dispose(): void } {
  const tellDaemon = async () => {
    const address = host.daemon.state === "ready" ? host.daemon.address : undefined;
    const remotes = await remoteNames(host);
    const where = address === undefined ? {} : { url: address.url, token: address.token };
    language.tell(daemonChanged, { ...where, remotes } satisfies DaemonChanged);
  };
  const tellRun = (path: string) => language.tell(runChanged, newestOf(host, path));
  const subscription = host.runs.onChange((run) => {
    const paths = run === undefined ? new Set(host.runs.all.map(({ path }) => path)) : [run.path];
    for (const path of paths) tellRun(path);
  });
  host.daemon.onChange(() => void tellDaemon());
  void tellDaemon();
  for (const path of new Set(host.runs.all.map((run) => run.path))) tellRun(path);
  return subscription;
}

function newestOf(host: Host, path: string): RunChanged {
  const run = answering(host.runs.of(path));
  if (run === undefined) return { path };
  const { id, state, stale, progress } = run;
  return { path, run: { id, state, stale, progress } };
}

/**
 * Of a file's runs, newest first, the one whose answer stands beside the text: a run under way, else the newest that finished
 * with the models of the file. A run of one model alone, or one that failed or was cancelled, answers only where no other does.
 */
export function answering<R extends Pick<Run, "state" | "options">>(runs: readonly R[]): R | undefined {
  const finished = runs.filter(({ state }) => state === "finished");
  return (
    runs.find(({ state }) => !hasEnded(state)) ??
    finished.find(({ options }) => options.models === undefined) ??
    finished[0] ??
    runs[0]
  );
}

async function remoteNames(host: Host): Promise<string[]> {
  if (host.daemon.state !== "ready") return [];
  try {
    const { items } = await (await host.daemon.client()).listRemotes();
    return items.map(({ name }) => name);
  } catch {
    return [];
  }
}
