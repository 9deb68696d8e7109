import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { alive, Daemon } from "../../extension/daemon-client/daemon.ts";
import { Runs } from "../../extension/daemon-client/runs.ts";
import { until } from "../fixtures/until.ts";

const home = mkdtempSync(join(tmpdir(), "almanac-editor-"));
const entry = join(import.meta.dirname, "..", "..", "daemon", "cli", "main.ts");
const program = () => ({ node: process.execPath, entry, environment: { ALMANAC_HOME: home } });
const said: string[] = [];
const daemon = new Daemon(program, (line) => said.push(line));
const changes = new EventEmitter();
daemon.onChange(() => changes.emit(daemon.state));
const runs = new Runs(daemon, (line) => said.push(line));

afterAll(async () => {
  runs.close();
  const pid = daemon.address?.pid;
  await (await daemon.client()).stop();
  await until(
    () => pid !== undefined && alive(pid),
    (lives) => !lives,
  );
  rmSync(home, { recursive: true, force: true });
});

test("the daemon is started once, however many ask, and holds a lease for the editor", async () => {
  expect(daemon.state).toBe("stopped");
  const [one, two] = await Promise.all([daemon.client(), daemon.client()]);
  expect(one).toBe(two);
  expect(daemon.state).toBe("ready");
  const { leases, pid } = await one.getInfo();
  expect(leases).toBe(1);
  expect(pid).toBe(daemon.address!.pid);
});

test("a daemon that is killed is started again, and its runs are followed on", async () => {
  void runs.follow();
  const before = daemon.address!.pid;
  const restarted = once(changes, "ready");
  process.kill(before, "SIGKILL");
  await restarted;
  expect(daemon.address!.pid).not.toBe(before);
  expect((await (await daemon.client()).getInfo()).leases).toBe(1);
});

test("a program that is no daemon is a failure with its reason, and can be tried again", async () => {
  const broken = new Daemon(
    () => ({ node: process.execPath, entry: join(home, "nothing.js"), environment: {} }),
    () => {},
  );
  await expect(broken.client()).rejects.toThrow(/did not start/);
  expect(broken.state).toBe("failed");
  expect(broken.reason).toContain("nothing.js");
});
