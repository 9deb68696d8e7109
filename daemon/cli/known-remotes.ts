import type { z } from "zod";
import type { remoteSchema } from "../../protocol/api/operations.ts";
import type { Client } from "../../protocol/client.ts";
import { ConflictError } from "../../protocol/errors.ts";
import type { TenantStore } from "../server/store/store.ts";
import { dataFolder } from "../training/files/data-folder.ts";
import { findDaemon } from "./local-daemon.ts";

type RemoteView = Pick<z.infer<typeof remoteSchema>, "id" | "name" | "url" | "region">;

/** Daemons elsewhere that a data folder knows. */
export interface KnownRemotes {
  list(): Promise<RemoteView[]>;
  add(remote: { name: string; url: string; token: string }): Promise<RemoteView>;
  remove(id: string): Promise<unknown>;
}

/** Works on the remotes of a data folder: through the daemon that serves it, or in its database where none does. */
export async function withRemotes<T>(
  home: string | undefined,
  work: (remotes: KnownRemotes) => Promise<T>,
): Promise<T> {
  const client = findDaemon(home);
  if (client) return work(throughDaemon(client));
  const { Store, localTenant } = await import("../server/store/store.ts");
  const store = await Store.open({ home: home ?? dataFolder() });
  try {
    return await work(inStore(await store.createTenant(localTenant)));
  } finally {
    await store.close();
  }
}

function throughDaemon(client: Client): KnownRemotes {
  return {
    list: async () => (await client.listRemotes({ query: { limit: 500 } })).items,
    add: (body) => client.addRemote({ body }),
    remove: (id) => client.deleteRemote({ params: { id } }),
  };
}

function inStore(store: TenantStore): KnownRemotes {
  const view = ({ id, name, url, region }: RemoteView): RemoteView => ({ id, name, url, region });
  return {
    list: async () => (await store.remotes.find({}, { orderBy: [["name", "asc"]] })).map(view),
    add: async (remote) => {
      const { addRemote } = await import("../server/remote/remotes.ts");
      const added = await addRemote(store, remote);
      if (added) return view(added);
      throw new ConflictError(`There is a remote ${remote.name} already.`, {
        fix: `almanac remote remove ${remote.name}`,
      });
    },
    remove: (id) => store.remotes.remove({ id }),
  };
}
