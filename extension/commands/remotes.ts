import { ask, confirm } from "../editor/dialogs.ts";
import type { Host } from "../host.ts";
import { subjectOf } from "./target.ts";

/** Makes a daemon elsewhere known; its token goes into the key store and to the local daemon. */
export async function addRemote(host: Host): Promise<void> {
  const name = await ask("Name of the remote, as `train.on` will write it", "", (text) =>
    /^[a-z0-9][a-z0-9._-]*$/.test(text) ? undefined : "Lower-case letters, digits, dots, hyphens and underscores",
  );
  if (name === undefined) return;
  const url = await ask("Address", "https://", (text) =>
    URL.canParse(text) ? undefined : "An address such as https://gpu.example:4711",
  );
  if (url === undefined) return;
  const token = await ask("Token", "", (text) => (text.length >= 20 ? undefined : "At least 20 characters"), true);
  if (token === undefined) return;
  await (await host.daemon.client()).addRemote({ body: { name, url, token } });
  await host.secrets.write(`remote.${name}`, token);
  host.refresh();
}

/** Forgets a remote daemon and its token. */
export async function removeRemote(host: Host, given?: unknown): Promise<void> {
  const { id, name } = subjectOf(given) ?? {};
  if (id === undefined || !(await confirm(`Forget the remote ${name}?`, "Forget"))) return;
  await (await host.daemon.client()).deleteRemote({ params: { id } });
  await host.secrets.forget(`remote.${name}`);
  host.refresh();
}
