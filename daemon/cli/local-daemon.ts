import { readFileSync } from "node:fs";
import { type Client, createClient } from "../../protocol/client.ts";
import { RemoteError } from "../../protocol/errors.ts";
import { dataFolder } from "../home.ts";
import { readDaemonFile } from "../service/daemon-file.ts";

/** A client of the daemon that serves the data folder. Throws a RemoteError where none does. */
export function localDaemon(home: string = dataFolder()): Client {
  const file = readDaemonFile(home);
  const token = file && readToken(file.tokenFile);
  if (!file || token === undefined) {
    throw new RemoteError(`No daemon serves ${home}.`, { fix: "Start one: almanac serve" });
  }
  return createClient({ url: file.url, token });
}

function readToken(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
