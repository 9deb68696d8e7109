import type { Node } from "../editor/tree.ts";
import type { Host } from "../host.ts";
import { ago } from "./words.ts";

/** Deployments and their versions, the newest first. */
export async function deploymentNodes(host: Host): Promise<Node[]> {
  if (host.daemon.state !== "ready") return [];
  const { items } = await (await host.daemon.client()).listDeployments({ query: { limit: 200 } });
  return items.map((deployment) => ({
    id: deployment.id,
    label: deployment.name,
    description: `version ${deployment.aliases.live ?? "none"} live`,
    icon: "rocket",
    context: "deployment",
    subject: { name: deployment.name },
    children: () =>
      deployment.versions.toReversed().map((version) => ({
        id: `${deployment.id}/${version.version}`,
        label: `Version ${version.version}`,
        description: `${version.model} · ${version.approval} · ${ago(version.createdAt)}`,
        icon: deployment.aliases.live === version.version ? "pass-filled" : "circle-outline",
        context: "version",
        ...(version.note === null ? {} : { tooltip: version.note }),
      })),
  }));
}

/** Daemons elsewhere. */
export async function remoteNodes(host: Host): Promise<Node[]> {
  if (host.daemon.state !== "ready") return [];
  const { items } = await (await host.daemon.client()).listRemotes({ query: { limit: 200 } });
  return items.map(({ id, name, url, region }) => ({
    id,
    label: name,
    description: region === null ? url : `${url} · ${region}`,
    icon: "server",
    context: "remote",
    subject: { id, name },
  }));
}
