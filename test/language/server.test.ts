import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { Diagnostic } from "vscode-languageserver-types";
import { draftExperiment, getPreviews } from "../../extension/language/messages.ts";
import type { Preview } from "../../extension/language/service/preview.ts";

const folder = mkdtempSync(join(tmpdir(), "almanac-server-"));
const root = join(import.meta.dirname, "..", "..");
let server: ChildProcess;
let connection: MessageConnection;
/** The newest diagnostics by document. */
const published = new Map<string, readonly Diagnostic[]>();

/** Eight weeks of two shops; `price` goes on for a week after the last sale, `visitors` does not. */
function table(): string {
  const rows = ["day,shop,sales,price,visitors"];
  for (const shop of ["north", "south"]) {
    for (let day = 0; day < 63; day++) {
      const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
      const past = day < 56;
      rows.push([date, shop, past ? 20 + (day % 7) * 3 : "", 2 + (day % 3), past ? 100 + day : ""].join(","));
    }
  }
  return `${rows.join("\n")}\n`;
}

const text = `data:
  source: shop.csv
  time: day
  series: [shop]
  target: sales
covariates:
  known: [price]
forecast:
  horizon: 7
`;

beforeAll(async () => {
  writeFileSync(join(folder, "shop.csv"), table());
  server = fork(join(root, "extension", "language", "server.ts"), ["--node-ipc"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.onNotification(
    "textDocument/publishDiagnostics",
    (content: { uri: string; diagnostics: Diagnostic[] }) => {
      published.set(content.uri, content.diagnostics);
    },
  );
  connection.onRequest("workspace/codeLens/refresh", () => null);
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: {
      trusted: true,
      node: process.execPath,
      factsProgram: join(root, "daemon", "training", "facts", "worker.ts"),
    },
  });
  await connection.sendNotification("initialized", {});
});

afterAll(async () => {
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  connection.dispose();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A document that a test has open. */
class Opened {
  readonly uri: string;
  #version = 1;

  private constructor(name: string) {
    this.uri = pathToFileURL(join(folder, `${name}.forecast.yaml`)).href;
  }

  static async open(name: string, text: string): Promise<Opened> {
    const document = new Opened(name);
    const { uri } = document;
    await connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "almanac-forecast", version: 1, text },
    });
    return document;
  }

  async change(text: string): Promise<void> {
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: this.uri, version: ++this.#version },
      contentChanges: [{ text }],
    });
  }

  /** Waits until the newest diagnostics are as wanted, and returns them. */
  async until(codes: readonly string[]): Promise<readonly Diagnostic[]> {
    await expect.poll(() => published.get(this.uri)?.map(({ code }) => code)).toEqual(codes);
    return published.get(this.uri)!;
  }
}

describe("the language server", () => {
  test("reads the data and finds what the text alone cannot tell", async () => {
    const document = await Opened.open("misspelt", text.replace("target: sales", "target: sale"));
    const [diagnostic] = await document.until(["unknown-column"]);
    expect(diagnostic!.message).toBe("The data have no column `sale`. Did you mean `sales`?");
  });

  test("follows the text: right columns, then a horizon beyond the known future", async () => {
    const document = await Opened.open("changed", text.replace("target: sales", "target: sale"));
    await document.until(["unknown-column"]);
    await document.change(text);
    await document.until([]);
    await document.change(text.replace("horizon: 7", "horizon: 9"));
    await document.until(["no-future-values"]);
    await document.change(text);
    await document.until([]);
  });

  test("shows a quick estimate and the dates before any run", async () => {
    const { uri } = await Opened.open("right", text);
    const ask = () => connection.sendRequest<Preview[]>(getPreviews, { uri });
    await expect.poll(async () => (await ask()).length).toBe(2);
    const [target, horizon] = await ask();
    expect(target!.text).toContain("next 20");
    expect(target!.hover).toContain("Quick estimate by seasonal-naive");
    expect(horizon!.text).toBe("2025-02-26 … 2025-03-04");
  });

  test("drafts an experiment for a data file that is valid as it is", async () => {
    const draft = await connection.sendRequest<string>(draftExperiment, { dataFile: join(folder, "shop.csv") });
    expect(draft).toContain("time: day");
    expect(draft).toContain("series: [shop]");
    expect(draft).toContain("target: sales");
    expect(draft).toContain("known: [price]");
    expect(draft).toContain("observed: [visitors]");
    expect(draft).toContain("horizon: 7");
  });
});
