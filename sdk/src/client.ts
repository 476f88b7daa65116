// Requests to the server. All are "simple" in the sense of CORS (text/plain, no headers of ours),
// so that none is preflighted. A failure is retried a few times and then given up in silence.

import { complain } from "./console";

export interface Reply<T> {
  status: number;
  body?: T;
}

export interface Client {
  get<T>(path: string): Promise<Reply<T>>;
  post<T>(path: string, body: object): Promise<Reply<T>>;
}

const WAITS = [1_000, 3_000, 9_000];
const LONGEST_WAIT = 60_000;
const TIMEOUT = 15_000;
/** Browsers refuse more than 64 KB of keepalive bodies in flight. */
const KEEPALIVE_LIMIT = 30_000;

export function createClient(host: string, stopped: () => boolean): Client {
  return {
    get: (path) => send(host + path, {}, stopped),
    post: (path, body) => send(host + path, { method: "POST", body: JSON.stringify(body) }, stopped),
  };
}

async function send<T>(url: string, init: RequestInit, stopped: () => boolean): Promise<Reply<T>> {
  for (let attempt = 0; ; attempt++) {
    const reply = await once<T>(url, init);
    if (!transient(reply.status)) return report(reply);
    const wait = WAITS[attempt];
    if (!wait || stopped()) return report(reply);
    await sleep(reply.after ?? wait * (0.5 + Math.random()));
  }
}

type Answer<T> = Reply<T> & { after?: number; code?: string };

async function once<T>(url: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(url, {
      ...init,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      keepalive: String(init.body ?? "").length < KEEPALIVE_LIMIT,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return await read<T>(response);
  } catch {
    return { status: 0 };
  }
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const { ok, status, headers } = response;
  const after = Number(headers.get("Retry-After")) * 1_000;
  const body = await response.json().catch(() => ({}));
  return {
    status,
    ...(ok && { body: body as T }),
    ...(after > 0 && { after: Math.min(after, LONGEST_WAIT) }),
    code: body.code,
  };
}

/** No answer at all, "slow down", or a failure that passes. */
function transient(status: number): boolean {
  return !status || status == 408 || status == 429 || status >= 500;
}

function report<T>({ status, body, code }: Answer<T>): Reply<T> {
  if (!body && status != 404)
    complain(
      status
        ? `the server answered ${status} ${code ?? ""}`
        : "no answer. Is the server up, and is it in connect-src of this page's Content-Security-Policy?",
    );
  return { status, ...(body && { body }) };
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
