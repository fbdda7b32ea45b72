import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A review as a webhook receives it. */
export interface Review {
  readonly kind: string;
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly object: unknown;
    readonly oldObject: unknown;
    readonly [key: string]: unknown;
  };
}

/** What a webhook of a test answers: the `response` of a review, its uid filled in, or any answer at all. */
export type Said =
  Readonly<Record<string, unknown>> | { readonly status: number; readonly body: string; readonly raw: true };

/** A webhook of a test's own. */
export interface WebhookServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What it was asked, in order. */
  readonly reviews: Review[];
  /** `caBundle` that its certificate is checked with; good for 127.0.0.1 and `hook.tools.svc`. */
  readonly caBundle: string;
}

// Made for these tests alone, good for a hundred years.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI7LcqYQcBl7CFduI
3CER0+WShWlrhcsTM1Rc89VGnk6hRANCAAScmxPqxRWIDIEqVWS/UhMHHk1BHHIf
xIY7uX8c6gBSYiwOv3l0yC6sBb+LDDh0M46rHx0PxvYZRDmdwULnGYxI
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBljCCATygAwIBAgIUdjs4sFRZHZBQbL2HvjQZmQWNrdcwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEaG9vazAgFw0yNjExMjkxNjI1MzdaGA8yMTI2MTEwNTE2MjUz
N1owDzENMAsGA1UEAwwEaG9vazBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJyb
E+rFFYgMgSpVZL9SEwceTUEcch/Ehju5fxzqAFJiLA6/eXTILqwFv4sMOHQzjqsf
HQ/G9hlEOZ3BQucZjEijdDByMB0GA1UdDgQWBBTz4RAeJDvyWiQt97flcUl6Mrn4
wjAfBgNVHSMEGDAWgBTz4RAeJDvyWiQt97flcUl6Mrn4wjAPBgNVHRMBAf8EBTAD
AQH/MB8GA1UdEQQYMBaHBH8AAAGCDmhvb2sudG9vbHMuc3ZjMAoGCCqGSM49BAMC
A0gAMEUCIDAdX5ZaxEfa5OKJM7rB/X1AyIXgLUIkX8s8nEm3fDx4AiEAu6LzsjGv
wYP8jQBxV1fL29tVRVK8RMGHUS1rvLQT5tc=
-----END CERTIFICATE-----`;

/** Starts one on a free port, over TLS. @param say What it answers; absent: all is allowed */
export async function startWebhook(
  say: (review: Review) => Said | Promise<Said> = () => ({ allowed: true }),
): Promise<WebhookServer> {
  const reviews: Review[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    void (async (): Promise<void> => {
      const review = JSON.parse(await read(request)) as Review;
      reviews.push({ ...review, path: request.url } as Review);
      const said = await say(review);
      if ('raw' in said) {
        response.writeHead(said['status'] as number);
        response.end(said['body']);
        return;
      }
      const { apiVersion, kind } = review;
      const answer = { apiVersion, kind, response: { uid: review.request.uid, ...said } };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${String(port)}`,
    port,
    reviews,
    caBundle: Buffer.from(cert).toString('base64'),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
