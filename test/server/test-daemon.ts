import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Daemon, type ServeOptions, serve } from "../../daemon/server/serve.ts";
import type { StoredEvent } from "../../protocol/api/runs.ts";
import { type Client, createClient } from "../../protocol/client.ts";

const fixtures = new URL("./fixtures/", import.meta.url);

export const fixtureProcesses = {
  runProcess: new URL("run-process.ts", fixtures),
  predictionProcess: new URL("prediction-process.ts", fixtures),
};

/** A valid experiment whose name tells the test's run process what to do. */
export function experimentText(name: string): string {
  return `experiment: ${name}\ndata: {source: sales.csv, time: date, target: units}\nforecast: {horizon: 2}\n`;
}

export interface TestDaemon {
  readonly daemon: Daemon;
  readonly client: Client;
  readonly home: string;
  /** Writes an experiment file and returns its path. */
  experiment(name: string): string;
  /** Queues a run of an experiment file. */
  run(name: string, more?: Partial<Parameters<Client["createRun"]>[0]["body"]>): ReturnType<Client["createRun"]>;
  /** Every event of a run, until it ends. */
  events(run: string): Promise<StoredEvent[]>;
  close(): Promise<void>;
}

/** A daemon in this process, on loopback, with a data folder of its own. */
export async function startTestDaemon(options: Partial<ServeOptions> = {}): Promise<TestDaemon> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "almanac-daemon-"));
  const daemon = await serve({ home, behindProxy: false, ...fixtureProcesses, ...options });
  const client = createClient({ url: daemon.url, token: daemon.token });
  const experiment = (name: string): string => {
    const path = join(home, `${name}.forecast.yaml`);
    writeFileSync(path, experimentText(name));
    return path;
  };
  return {
    daemon,
    client,
    home,
    experiment,
    run: (name, more) => {
      const path = experiment(name);
      return client.createRun({ body: { path, text: experimentText(name), ...more } });
    },
    events: async (run) => Array.fromAsync(client.runEvents({ params: { id: run } })),
    close: async () => {
      await daemon.stop();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}
