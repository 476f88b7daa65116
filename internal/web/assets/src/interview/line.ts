// The line to the server: a socket that comes back by itself. It knows tickets,
// waiting and who is on the other end, and nothing of what is said.

import type { FromServer, Hello, ToServer } from "./wire";

export type LineState = "connecting" | "open" | "waiting" | "refused" | "closed";

export interface LineEvents {
  frame(frame: FromServer): void;
  /** A binary frame. */
  sound(data: ArrayBuffer): void;
  state(state: LineState): void;
  /** The link no longer opens an interview. */
  over(): void;
  /** Somebody opened the interview somewhere else. */
  replaced(): void;
}

const SUBPROTOCOL = "usercall.interview.v1";
const SILENT_MS = 35_000; // the server pings every 15 s
const SETTLED_MS = 5_000; // an open line this old starts its backoff anew
const LONGEST_MS = 15_000;
const REPLACED = 4001;
const STUCK = 32_000; // bytes that wait: a second of sound, which would come too late

export class Line {
  private socket?: WebSocket;
  private attempt = 0;
  private retry = 0;
  private watchdog = 0;
  private openedAt = 0;
  private wanted = false;
  private busy = false;

  /** hello tells what the first frame says: the last turn that the page has, and more. */
  constructor(
    private readonly path: string,
    private readonly hello: () => { after: number } & Partial<Hello>,
    private readonly on: LineEvents,
  ) {
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  open(): void {
    this.wanted = true;
    if (!this.socket && !this.busy) void this.connect();
  }

  /** close ends the line for good, until open is called again. */
  close(): void {
    this.wanted = false;
    clearTimeout(this.retry);
    this.socket?.close();
  }

  /** send tells whether the frame left; a line that is away takes nothing. */
  send(frame: ToServer): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** sound sends a binary frame, or drops it where the line is away or too slow. */
  sound(frame: ArrayBuffer): void {
    if (this.socket?.readyState === WebSocket.OPEN && this.socket.bufferedAmount < STUCK) this.socket.send(frame);
  }

  private async connect(): Promise<void> {
    clearTimeout(this.retry);
    this.busy = true;
    this.on.state("connecting");
    const ticket = await this.ticket();
    this.busy = false;
    if (ticket && this.wanted) this.dial(ticket);
  }

  private async ticket(): Promise<string | undefined> {
    try {
      const answer = await fetch(`${this.path}/ticket`, { method: "POST", cache: "no-store", signal: AbortSignal.timeout(10_000) });
      if (answer.ok) return ((await answer.json()) as { ticket: string }).ticket;
      if (answer.status === 404 || answer.status === 409 || answer.status === 410) {
        this.wanted = false;
        this.on.over();
        return undefined;
      }
      this.later(Number(answer.headers.get("Retry-After") ?? 0) * 1000, answer.status === 429 ? "refused" : "waiting");
    } catch {
      this.later(0);
    }
    return undefined;
  }

  private dial(ticket: string): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/i/socket`, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.openedAt = Date.now();
      socket.send(JSON.stringify({ type: "hello", ticket, ...this.hello() }));
      this.alive();
      this.on.state("open");
    };
    socket.onmessage = (e) => this.receive(e.data as string | ArrayBuffer);
    socket.onclose = (e) => this.closed(socket, e.code);
    this.alive();
  }

  private receive(data: string | ArrayBuffer): void {
    this.alive();
    if (typeof data !== "string") return this.on.sound(data);
    const frame = JSON.parse(data) as FromServer;
    if (frame.type === "ping") this.send({ type: "pong" });
    else this.on.frame(frame);
  }

  /** alive restarts the clock that finds a line whose other end is gone. */
  private alive(): void {
    clearTimeout(this.watchdog);
    const socket = this.socket;
    this.watchdog = window.setTimeout(() => {
      if (!socket) return;
      socket.close();
      this.closed(socket, 1006); // close waits for an answer that will not come
    }, SILENT_MS);
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = undefined;
    clearTimeout(this.watchdog);
    if (code === REPLACED) {
      this.wanted = false;
      this.on.replaced();
      return;
    }
    if (this.openedAt && Date.now() - this.openedAt > SETTLED_MS) this.attempt = 0;
    this.openedAt = 0;
    if (code === 1000) this.wanted = false; // the server is done with us
    if (this.wanted) this.later(0);
    else this.on.state("closed");
  }

  /** later tries again after a while that grows, and differs from page to page. */
  private later(atLeast: number, state: LineState = "waiting"): void {
    this.on.state(state);
    const wait = Math.min(LONGEST_MS, 500 * 2 ** this.attempt++) * (0.5 + Math.random() / 2);
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.wanted && void this.connect(), Math.max(wait, atLeast));
  }

  /** hurry tries at once: the network or the person is back. */
  private hurry(): void {
    if (!this.wanted || this.socket || this.busy) return;
    this.attempt = 0;
    void this.connect();
  }
}
