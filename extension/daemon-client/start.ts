import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SetupError } from "../../protocol/errors.ts";
import type { DaemonProgram } from "./program.ts";

/** Longest a start may take, in milliseconds. */
const patienceMs = 20_000;

const announcementSchema = z.object({ url: z.string(), tokenFile: z.string(), pid: z.int() });

/** Where a running daemon is reached. */
export interface DaemonAddress {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/**
 * Starts the daemon, or finds the one that runs already, and waits until it answers. It is no child of the editor: what it
 * trains goes on when the window closes. Rejects with what it said where it does not start.
 */
export async function startDaemon(program: DaemonProgram, log: (line: string) => void): Promise<DaemonAddress> {
  const announcement = announcementSchema.parse(JSON.parse(await firstLine(program, log)));
  const token = (await readFile(announcement.tokenFile, "utf8")).trim();
  return { url: announcement.url, pid: announcement.pid, token };
}

function firstLine(program: DaemonProgram, log: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.node, [program.entry, "serve", "--json"], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...program.environment },
    });
    let output = "";
    let complaint = "";
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new SetupError(`The training daemon did not start: ${reason}`, { fix: "See Almanac: Doctor." }));
    };
    const timer = setTimeout(() => {
      child.kill();
      fail(`no answer within ${patienceMs / 1000} seconds. ${complaint}`);
    }, patienceMs);
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2000);
      for (const line of chunk.toString().split("\n")) if (line.trim() !== "") log(line);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const end = output.indexOf("\n");
      if (end < 0) return;
      clearTimeout(timer);
      child.unref();
      resolve(output.slice(0, end));
    });
    child.on("error", (error) => fail(error.message));
    child.on("exit", (code) => fail(`it ended with ${code}. ${complaint.trim()}`));
  });
}
