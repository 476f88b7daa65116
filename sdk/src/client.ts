// Requests to the server. All are "simple" in the sense of CORS (text/plain, no headers of ours),
// so that none is preflighted. A failure is retried a few times and then given up in silence.

import { complain } from "./console";

export interface Reply<T> {
  status: number;
  body?: T;
}

export interface Client {
  get<T>(path: string, own: Allowance): Promise<Reply<T>>;
  /** `own`: nothing that the page did asked for it, so it counts against the allowance. */
  post<T>(path: string, body: object, own?: Allowance): Promise<Reply<T>>;
}

/** How many requests an idle page may still make by itself: six, with the loader and the core. */
export interface Allowance {
  take(): boolean;
  /** Somebody did something, or the server has news. */
  refill(): void;
}

export function createAllowance(): Allowance {
  let left = 4;
  return { take: () => left-- > 0, refill: () => void (left = Math.max(left, 3)) };
}

const WAITS = [1_000, 3_000, 9_000];
const LONGEST_WAIT = 60_000;
const TIMEOUT = 15_000;
/** Browsers refuse more than 64 KB of keepalive bodies in flight. */
const KEEPALIVE_LIMIT = 30_000;

export function createClient(host: string, stopped: () => boolean): Client {
  return {
    get: (path, own) => send(host + path, {}, stopped, own.take),
    post: (path, body, own) => send(host + path, { method: "POST", body: JSON.stringify(body) }, stopped, own?.take),
  };
}

async function send<T>(url: string, init: RequestInit, stopped: () => boolean, may = () => true): Promise<Reply<T>> {
  for (let attempt = 0; may(); attempt++) {
    const reply = await once<T>(url, init);
    if (!transient(reply.status)) return report(reply);
    const wait = WAITS[attempt];
    if (!wait || stopped()) return report(reply);
    await sleep(reply.after ?? wait * (0.5 + Math.random()));
  }
  return { status: 0 };
}

type Answer<T> = Reply<T> & { after?: number; code?: string };

/** Neither cookies nor the address of the page go along. */
export const PRIVATE: RequestInit = { credentials: "omit", referrerPolicy: "no-referrer" };

async function once<T>(url: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(url, {
      ...init,
      ...PRIVATE,
      keepalive: String(init.body ?? "").length < KEEPALIVE_LIMIT,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const { ok, status, headers } = response;
    const after = Number(headers.get("Retry-After")) * 1_000;
    const body = await response.json().catch(() => ({}));
    return { status, ...(ok && { body }), ...(after && { after: Math.min(after, LONGEST_WAIT) }), code: body.code };
  } catch {
    return { status: 0 };
  }
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
        : "no answer: is the server up and in connect-src?",
    );
  return { status, ...(body && { body }) };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
