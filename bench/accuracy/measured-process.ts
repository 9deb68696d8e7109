import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** How a measured command ended. */
export interface MeasuredProcess {
  /** Exit status; null where it was ended for having run too long. */
  readonly status: number | null;
  /** Wall clock, seconds. */
  readonly seconds: number;
  /** Largest memory of all its processes together (proportional set size, so that shared pages count once), MiB; NaN where the system does not tell. */
  readonly memory: number;
  readonly stderr: string;
}

/** Pauses between two looks at the memory, milliseconds: reading it costs the measured processes a little time themselves. */
const interval = 500;

/** Runs a command in a session of its own, watches the memory of the whole session and ends it after `limit` seconds. */
export async function measureProcess(
  command: readonly string[],
  options: { readonly limit: number; readonly env?: NodeJS.ProcessEnv },
): Promise<MeasuredProcess> {
  const started = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...options.env },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-100_000);
  });
  let memory = Number.NaN;
  const look = setInterval(() => {
    const now = sessionMemory(child.pid!);
    if (Number.isNaN(memory) || now > memory) memory = now;
  }, interval);
  const end = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), options.limit * 1000);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearInterval(look);
  clearTimeout(end);
  return { status, seconds: (performance.now() - started) / 1000, memory, stderr };
}

/** Memory of the session's processes in MiB, from Linux's /proc. */
function sessionMemory(session: number): number {
  let kilobytes = 0;
  for (const pid of processes()) {
    try {
      // Fields after the command's name, which may hold spaces: state, parent, group, session.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      if (Number(fields[3]) !== session) continue;
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))![1]);
    } catch {
      // Gone between the two readings.
    }
  }
  return kilobytes === 0 ? Number.NaN : kilobytes / 1024;
}

function processes(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
