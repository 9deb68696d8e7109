import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { getPreviews, previewsChanged } from "../../extension/language/messages.ts";
import type { BenchRow } from "../result.ts";
import { longExperiment, longTable } from "./long-experiment.ts";
import { medianOf, timesRow } from "./quantiles.ts";

const root = join(import.meta.dirname, "..", "..");
const keystrokes = 200;
const warmUp = 20;
/** Files opened for the first preview, each with a server of its own. */
const openings = 3;

/** What a user waits for: a keystroke until its diagnostics, an opened file until its first preview. */
export async function serverRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "almanac-bench-"));
  try {
    const path = join(folder, "long.forecast.yaml");
    writeFileSync(join(folder, "long.csv"), longTable());
    const long = { uri: pathToFileURL(path).href, text: longExperiment("long.csv") };
    const retail = join(root, "examples", "retail", "retail.forecast.yaml");
    const example = { uri: pathToFileURL(retail).href, text: readFileSync(retail, "utf8") };
    const previews: number[] = [];
    for (let round = 0; round < openings; round++) previews.push(await firstPreview(example));
    const limit = 2000;
    const median = medianOf(previews);
    return [
      timesRow("keystroke to diagnostics through the server, 200 lines, 180 columns", await typing(long), 50),
      { what: "opened file to first preview, 22,480 rows", milliseconds: median, limit, ratio: limit / median },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Opened {
  readonly uri: string;
  readonly text: string;
}

async function typing({ uri, text }: Opened): Promise<number[]> {
  const server = await start();
  const { connection } = server;
  let heard: (version: number) => void = () => {};
  connection.onNotification("textDocument/publishDiagnostics", ({ version }: { version: number }) => heard(version));
  const facts = new Promise<void>((resolve) => connection.onNotification(previewsChanged, () => resolve()));
  await open(connection, { uri, text });
  await facts;
  const times: number[] = [];
  const line = text.split("\n").findIndex((content) => content.includes("horizon"));
  for (let version = 2; version < keystrokes + 2; version++) {
    const began = performance.now();
    const answered = new Promise<void>((resolve) => {
      heard = (answer) => answer === version && resolve();
    });
    const at = { line, character: "  horizon: 28".length };
    // One key and its deletion in turn, so that the text stays what it is.
    const added = version % 2 === 1;
    const range = { start: at, end: { ...at, character: at.character + (added ? 1 : 0) } };
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [{ range, text: added ? "" : "0" }],
    });
    await answered;
    times.push(performance.now() - began);
  }
  server.stop();
  return times.slice(warmUp);
}

async function firstPreview({ uri, text }: Opened): Promise<number> {
  const server = await start();
  const { connection } = server;
  const began = performance.now();
  const shown = new Promise<number>((resolve) => {
    connection.onNotification(previewsChanged, async () => {
      const found: readonly unknown[] = await connection.sendRequest(getPreviews, { uri });
      if (found.length > 0) resolve(performance.now() - began);
    });
  });
  await open(connection, { uri, text });
  const milliseconds = await shown;
  server.stop();
  return milliseconds;
}

async function start(): Promise<{ connection: MessageConnection; stop(): void }> {
  const server: ChildProcess = fork(join(root, "dist", "extension", "server.cjs"), ["--node-ipc"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.onRequest("workspace/codeLens/refresh", () => null);
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  const factsProgram = join(root, "dist", "daemon", "training", "facts", "worker.js");
  const initializationOptions = { trusted: true, node: process.execPath, factsProgram };
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions,
  });
  await connection.sendNotification("initialized", {});
  const stop = () => {
    connection.dispose();
    server.kill();
  };
  return { connection, stop };
}

function open(connection: MessageConnection, { uri, text }: Opened): Promise<void> {
  return connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "almanac-forecast", version: 1, text },
  });
}
