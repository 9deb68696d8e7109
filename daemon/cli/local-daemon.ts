import { readFileSync } from "node:fs";
import { type Client, createClient } from "../../protocol/client.ts";
import { SetupError } from "../../protocol/errors.ts";
import { readDaemonFile } from "../server/service/daemon-file.ts";
import { dataFolder } from "../training/files/data-folder.ts";

/** A client of the daemon that serves the data folder. Throws a SetupError where none does. */
export function localDaemon(home: string = dataFolder()): Client {
  const client = findDaemon(home);
  if (!client) throw new SetupError(`No daemon serves ${home}.`, { fix: "Start one: almanac serve" });
  return client;
}

/** A client of the daemon that serves the data folder; undefined where none does. */
export function findDaemon(home: string = dataFolder()): Client | undefined {
  const file = readDaemonFile(home);
  const token = file && readToken(file.tokenFile);
  return file && token !== undefined && isAlive(file.pid) ? createClient({ url: file.url, token }) : undefined;
}

/** A daemon that was killed leaves its file behind. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readToken(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
