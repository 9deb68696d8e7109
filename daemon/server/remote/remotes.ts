import { createClient } from "../../../protocol/client.ts";
import { newId } from "../store/ids.ts";
import type { TenantStore } from "../store/store.ts";
import type { RemoteRow } from "../store/tables.ts";

/** Makes a daemon elsewhere known; it must answer, and says in which region it stands. Undefined where the name is taken. */
export async function addRemote(
  store: TenantStore,
  { name, url, token }: { name: string; url: string; token: string },
): Promise<RemoteRow | undefined> {
  const { region } = await createClient({ url, token }).getInfo();
  const row = { id: newId("rem"), name, url, token, region, createdAt: Date.now() };
  return (await store.remotes.insertNew(row, ["name"])) ? { ...row, tenant: store.tenant } : undefined;
}
