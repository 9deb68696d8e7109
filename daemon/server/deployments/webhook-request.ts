import { createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { resolvePublic } from "./address-guard.ts";

const TIMEOUT = 10_000;

export interface WebhookMessage {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  /** The CloudEvent as JSON text. */
  readonly body: string;
  readonly allowPrivate: boolean;
}

/**
 * Signature of a message: HMAC-SHA256 over `id.timestamp.body`, as the Standard Webhooks specification has it. The timestamp
 * (seconds) is signed too, so that a recorded message cannot be sent again later.
 */
export function signatureOf(secret: string, id: string, timestamp: number, body: string): string {
  return `v1,${createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** Sends a message and resolves with the HTTP status. Redirects are not followed: they could lead to a private address. */
export async function sendWebhook({ id, url, secret, body, allowPrivate }: WebhookMessage): Promise<number> {
  const target = new URL(url);
  const { address, family } = await resolvePublic(target, allowPrivate);
  const timestamp = Math.floor(Date.now() / 1_000);
  const headers = {
    "content-type": "application/cloudevents+json",
    "content-length": Buffer.byteLength(body),
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatureOf(secret, id, timestamp, body),
  };
  return new Promise((resolve, reject) => {
    const request = (target.protocol === "https:" ? httpsRequest : httpRequest)(target, {
      method: "POST",
      headers,
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT),
      lookup: (_host, options, callback) => {
        if (options.all) callback(null, [{ address, family }]);
        else callback(null, address, family);
      },
    });
    request.on("error", reject);
    request.on("response", (response) => {
      // What the receiver says beyond its status does not matter, and may be endless.
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.end(body);
  });
}
