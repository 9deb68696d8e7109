import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "../../protocol/client.ts";

export const root = join(import.meta.dirname, "../..");

/** A daemon in a process of its own, started as a user would. */
export interface BenchDaemon {
  readonly process: ChildProcess;
  readonly url: string;
  readonly token: string;
  readonly client: ReturnType<typeof createClient>;
  /** From starting the process to its answering a request, in milliseconds. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** Starts the daemon on a data folder, with further options of `almanac serve`, and waits until it answers. */
export async function startDaemon(home: string, options: readonly string[] = []): Promise<BenchDaemon> {
  const command = [join(root, "bin/almanac.mjs"), "serve", "--json", "--keep-alive", ...options];
  const begun = performance.now();
  const child = spawn(process.execPath, [...command, "--home", home], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, tokenFile } = JSON.parse(line.toString()) as { url: string; tokenFile: string };
  await fetch(`${url}/api/v1/health`);
  const readyMs = performance.now() - begun;
  const token = readFileSync(tokenFile, "utf8");
  return {
    process: child,
    url,
    token,
    readyMs,
    client: createClient({ url, token }),
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

export interface Usage {
  /** Resident memory, in mebibytes. */
  readonly residentMiB: number;
  /** Processor time since the start, in seconds. */
  readonly cpuSeconds: number;
}

/** Memory and processor time of a process; Linux only, NaN elsewhere. */
export function usageOf(pid: number): Usage {
  try {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    // User and system time, in the hundredths of a second that Linux reports.
    return { residentMiB: Number(resident![1]) / 1_024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return { residentMiB: Number.NaN, cpuSeconds: Number.NaN };
  }
}

/** A process under another, and what it was started for. */
export interface Descendant {
  readonly pid: number;
  readonly command: string;
}

/** Every process under `pid`, parents before children; Linux only, none elsewhere. */
export function descendants(pid: number): Descendant[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    return children.flatMap((child) => {
      const command = readFileSync(`/proc/${child}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(child), command }, ...descendants(Number(child))];
    });
  } catch {
    return [];
  }
}

/** A daemon and everything it has started. Processor time is that of processes still alive. */
export function usageOfTree(pid: number): { daemonMiB: number; treeMiB: number; cpuSeconds: number } {
  const own = usageOf(pid);
  const others = descendants(pid).map((child) => usageOf(child.pid));
  const sum = (pick: (usage: Usage) => number) =>
    others.map(pick).reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), pick(own));
  return {
    daemonMiB: own.residentMiB,
    treeMiB: sum(({ residentMiB }) => residentMiB),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
  };
}
