import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { SetupError } from "../../../protocol/errors.ts";

const blocked = new BlockList();
/** Special-purpose addresses of RFC 6890 and its successors: none of them is a public host. */
for (const [network, prefix] of [
  ...[["0.0.0.0", 8] as const, ["10.0.0.0", 8] as const, ["100.64.0.0", 10] as const, ["127.0.0.0", 8] as const],
  ...([["169.254.0.0", 16] as const, ["172.16.0.0", 12] as const, ["192.0.0.0", 24] as const] as const),
  ...([["192.0.2.0", 24] as const, ["192.88.99.0", 24] as const, ["192.168.0.0", 16] as const] as const),
  ...([["198.18.0.0", 15] as const, ["198.51.100.0", 24] as const, ["203.0.113.0", 24] as const] as const),
  ...([["224.0.0.0", 4] as const, ["240.0.0.0", 4] as const] as const),
]) {
  blocked.addSubnet(network, prefix, "ipv4");
}
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");
/** Inside global unicast, but they stand for other addresses (Teredo, 6to4) or for documentation. */
const tunnels = new BlockList();
tunnels.addSubnet("2001::", 23, "ipv6");
tunnels.addSubnet("2001:db8::", 32, "ipv6");
tunnels.addSubnet("2002::", 16, "ipv6");
tunnels.addSubnet("3fff::", 20, "ipv6");

/** Whether an IP address belongs to a public host; mapped and tunnelled forms of IPv4 addresses do not count as one. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) {
    return !blocked.check(address, "ipv4");
  }
  const bare = address.split("%")[0]!;
  return isIP(bare) === 6 && globalUnicast.check(bare, "ipv6") && !tunnels.check(bare, "ipv6");
}

/**
 * The address to connect to for a URL that a user gave: resolved once, checked, and to be connected to as it is, so that a
 * second answer of the name server cannot lead elsewhere. Every address of the name must be public.
 */
export async function resolvePublic(
  url: URL,
  allowPrivate: boolean,
  resolve: (host: string) => Promise<{ address: string; family: number }[]> = allAddresses,
): Promise<{ address: string; family: 4 | 6 }> {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new SetupError(`${url.protocol} addresses are not called.`, { fix: "Use https." });
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = await resolve(host).catch((cause: unknown) => {
    throw new SetupError(`The host ${host} is not known.`, { fix: "Check the address.", cause });
  });
  if (!allowPrivate && !found.every(({ address }) => isPublicAddress(address))) {
    throw new SetupError(`${host} is a private address, and those are not called.`, {
      fix: "Use a public address, or allow private ones where you trust the network.",
    });
  }
  const [{ address, family }] = found as [{ address: string; family: number }];
  return { address, family: family === 6 ? 6 : 4 };
}

function allAddresses(host: string): Promise<{ address: string; family: number }[]> {
  return lookup(host, { all: true, verbatim: true });
}
