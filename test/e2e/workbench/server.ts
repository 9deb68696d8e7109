import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Installation } from "./install.ts";

/** Settings that keep the workbench quiet, so that screenshots show the product and nothing else. */
const settings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Dark 2026",
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoCheckUpdates": false,
  "window.commandCenter": false,
  "editor.minimap.enabled": false,
  "git.enabled": false,
};

/** A code-server with its own folders, so that nothing of the machine's user is read or written. */
export class Workbench {
  readonly #installation: Installation;
  /** Folder of everything this editor writes. */
  readonly folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(installation: Installation, folder: string, port: number) {
    this.#installation = installation;
    this.folder = folder;
    this.#port = port;
  }

  static async create(installation: Installation, folder: string): Promise<Workbench> {
    mkdirSync(join(folder, "user", "User"), { recursive: true });
    writeFileSync(join(folder, "config.yaml"), "");
    const workbench = new Workbench(installation, folder, await freePort());
    workbench.set({});
    return workbench;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Home of the daemon that the extension starts. */
  get almanacHome(): string {
    return join(this.folder, "almanac");
  }

  /** Process id of the daemon that the extension started; undefined while there is none. */
  get daemonPid(): number | undefined {
    try {
      const { pid }: { pid: number } = JSON.parse(readFileSync(join(this.almanacHome, "daemon.json"), "utf8"));
      return pid;
    } catch {
      return undefined;
    }
  }

  /** Folder of the installed extension. Throws where it is not installed. */
  get extension(): string {
    const extensions = join(this.folder, "extensions");
    const installed = readdirSync(extensions).find((name) => name.startsWith("almanac.almanac-forecast"));
    if (installed === undefined) throw new Error("The extension is not installed.");
    return join(extensions, installed);
  }

  /** Ends the daemon that the extension started. */
  stopDaemon(): void {
    const pid = this.daemonPid;
    try {
      if (pid !== undefined) process.kill(pid);
    } catch {
      // It has ended already.
    }
  }

  /** Changes the user's settings; a running editor takes them over at once. */
  set(more: Readonly<Record<string, unknown>>): void {
    writeFileSync(
      join(this.folder, "user", "User", "settings.json"),
      JSON.stringify({ ...settings, ...more }, null, 2),
    );
  }

  /** Installs a .vsix. Throws where the editor refuses it. */
  install(vsix: string): void {
    const given = [this.#installation.entry, ...this.#folders(), "--install-extension", vsix, "--force"];
    const result = spawnSync(this.#installation.node, given, { env: this.#environment(), encoding: "utf8" });
    if (result.status !== 0)
      throw new Error(`The extension could not be installed:\n${result.stdout}\n${result.stderr}`);
  }

  /** Starts the server and waits until it answers. */
  async start(options: { trust?: boolean } = {}): Promise<void> {
    const flags = [
      "--auth",
      "none",
      "--bind-addr",
      `127.0.0.1:${this.#port}`,
      "--disable-telemetry",
      "--disable-update-check",
    ];
    const quiet = [
      "--disable-getting-started-override",
      "--disable-proxy",
      ...(options.trust === false ? [] : ["--disable-workspace-trust"]),
    ];
    const tests = ["--vscode-option", "enable-smoke-test-driver"];
    this.#process = spawn(
      this.#installation.node,
      [this.#installation.entry, ...flags, ...quiet, ...tests, ...this.#folders()],
      {
        env: this.#environment(),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let said = "";
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4000);
      });
    }
    for (let tries = 0; tries < 150; tries++) {
      if (this.#process.exitCode !== null) throw new Error(`code-server ended:\n${said}`);
      const answers = await fetch(`${this.url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (answers) return;
      await wait(200);
    }
    throw new Error(`code-server did not answer within 30 seconds:\n${said}`);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
  }

  #folders(): string[] {
    const { entries } = Object;
    const folders = { "--config": "config.yaml", "--user-data-dir": "user", "--extensions-dir": "extensions" };
    return entries(folders).flatMap(([flag, name]) => [flag, join(this.folder, name)]);
  }

  #environment(): NodeJS.ProcessEnv {
    const own = (name: string) => join(this.folder, name);
    return {
      ...process.env,
      EXTENSIONS_GALLERY: "{}",
      ALMANAC_HOME: this.almanacHome,
      HOME: own("home"),
      XDG_CONFIG_HOME: own("config"),
      XDG_DATA_HOME: own("data"),
      XDG_CACHE_HOME: own("cache"),
      XDG_STATE_HOME: own("state"),
    };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
