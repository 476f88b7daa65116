// One page's session with the server, once the project is known: what it reads, what the page
// did, what was decided, what is shown.

import type { InitOptions } from "../usercall";
import { createAllowance, createClient, sleep, type Client } from "./client";
import { complain } from "./console";
import { createDecisions, type Decisions } from "./decisions";
import { Events } from "./events";
import { Invites } from "./invites";
import { isInterviewLink } from "./link";
import { openFrame } from "./frame-loader";
import type { Listeners } from "./listeners";
import { Outbox } from "./outbox";
import type { Person } from "./person";
import { createStream, type Stream } from "./stream";
import { Ticket } from "./ticket";
import type { Shared } from "./shared";
import type { Invite, ServerConfig, State } from "./wire";

/** A window that gets the focus back and forth is one look. */
const LOOKS_APART = 5_000;

export class Session {
  readonly #shared: Shared;
  readonly #options: InitOptions;
  readonly #person: Person;
  readonly #listeners: Listeners;
  events: Events | undefined;
  readonly #ticket = new Ticket();
  readonly #client: Client;
  readonly #decisions: Decisions;
  readonly #outbox: Outbox;
  readonly #invites: Invites;
  #config: ServerConfig = {};
  #accepted = new Set<string>();
  #over = false;
  #stream: Stream | undefined;
  #looked = 0;
  readonly #allowance = createAllowance();

  constructor(shared: Shared, options: InitOptions, person: Person, listeners: Listeners) {
    this.#shared = shared;
    this.#options = options;
    this.#person = person;
    this.#listeners = listeners;
    // As if identify had said it: another user, or reset, makes it void.
    person.identify({ token: options.identityToken });

    this.#client = createClient(shared.host, () => this.#over);
    const common = () => this.#common();
    this.#invites = new Invites({
      look: () => options,
      config: () => this.#config,
      frame: (invite) => this.#frame(invite),
      samePerson: () => this.#samePerson(),
      report: (invite, state, reason) => this.#report(invite, state, reason),
      check: () => this.#check(),
      emit: (event, notice) => listeners.emit(event, notice),
    });
    this.#decisions = createDecisions(this.#client, this.#ticket, this.#allowance, () => this.#outbox.said, {
      identity: () => this.#identity(),
      invites: this.#invites,
      completed: (ids) => this.#completed(ids),
      answered: () => this.#stream?.follow(),
    });
    this.#outbox = new Outbox(this.#client, this.#ticket, common, (answer) => {
      this.#allowance.refill();
      this.#decisions.take(answer);
    });
  }

  /** Learns what triggers read; false where there is nothing to do on this page. */
  async start(): Promise<boolean> {
    const project = this.#options.projectId;
    const { status, body } = await this.#client.get<ServerConfig>(
      "/sdk/v1/config?project=" + encodeURIComponent(project),
      this.#allowance,
    );
    if (status == 404) complain(`no project "${project}": see the dashboard`);
    if (!body || this.#over) return false;
    this.#config = body;
    this.events = new Events(body.events ?? [], this.#person, this.#outbox, wanted(this.#options.catalogue));
    addEventListener("pagehide", () => this.events?.leave());
    document.addEventListener("visibilitychange", () => this.#returned());
    addEventListener("focus", () => this.#returned());
    void this.#firstQuestion();
    return true;
  }

  /** The person is gone or another: nothing of theirs is shown or sent any more. */
  personChanged(reason: string): void {
    this.#stream?.stop();
    this.events?.clear();
    this.#outbox.forgetPerson();
    this.#invites.withdraw(reason);
    this.#decisions.stop();
    this.#ticket.forget();
  }

  optOut(): void {
    const { userId, anonymousId } = this.#person.describe();
    const ticket = this.#ticket.current;
    this.#outbox.clear();
    this.personChanged("opt_out");
    this.#over = true;
    // Not the session's client, which from here on tries nothing again.
    const client = createClient(this.#shared.host, () => false);
    void client.post("/sdk/v1/opt-out", { ...this.#common(), ticket, anonymousId, userId });
    this.#stream = undefined;
    this.events = undefined;
  }

  open(link: string): void {
    if (isInterviewLink(link)) window.open(link, "_blank", "noopener");
    else complain("open() takes interview links");
  }

  /** Only somebody who waits for an answer, or may have one, is asked about at page load. */
  async #firstQuestion(): Promise<void> {
    const earlier = this.#ticket.current;
    await sleep(0); // what the page said of the person until now goes first
    if (this.#config.signed) {
      await this.#knownBrowser();
      const { ticket, anonymousId, identity_token } = this.#identity();
      if (this.#over || !(ticket || anonymousId || identity_token)) return;
      const url = this.#shared.host + "/sdk/v1/stream";
      this.#stream = createStream(url, () => this.#identity(), this.#allowance, () => void this.#decisions.ask());
      this.#stream.follow();
      if (document.visibilityState == "visible") return; // it asks when it opens
    }
    if (earlier || this.#stream) await this.#decisions.ask();
  }

  /** An invite was at hand for a while: does the server still give it? */
  #check(): Promise<void> {
    this.#allowance.refill();
    return this.#decisions.ask();
  }

  /** Segment's library takes a moment to say whose browser it is. */
  async #knownBrowser(): Promise<void> {
    for (let looks = 0; looks < 20 && !this.#person.describe().anonymousId; looks++) await sleep(150);
  }

  /** Somebody was identified: what waited for it goes on, and the stream is theirs. */
  identified(): void {
    this.events?.identified();
    this.#allowance.refill();
    this.#stream?.follow();
  }

  /** Somebody looks again: at a card that may be answered elsewhere, or back from the interview's tab. */
  #returned(): void {
    const visible = document.visibilityState == "visible";
    if (!visible || Date.now() - this.#looked > LOOKS_APART) {
      if (visible) this.#looked = Date.now();
      this.#allowance.refill();
      const open = this.#accepted.size || this.#invites.current || this.#decisions.due();
      if (visible && open && this.#ticket.current) void this.#decisions.ask();
      this.#stream?.follow();
    }
  }

  #completed(ids: string[]): void {
    for (const invite of ids)
      if (this.#accepted.delete(invite)) this.#listeners.emit("completed", { invite });
  }

  #frame({ id, link, lang, dir }: Invite): void {
    const look = this.#options;
    const completed = () => this.#listeners.emit("completed", { invite: id });
    openFrame(this.#shared, look.nonce, { link, lang, dir, look, completed });
  }

  #samePerson(): boolean {
    const { userId } = this.#person.describe();
    return !userId || !this.#ticket.owner || userId == this.#ticket.owner;
  }

  async #report(invite: string, state: State, reason?: string): Promise<boolean> {
    if (state == "accepted") this.#accepted.add(invite);
    const ticket = this.#ticket.current;
    const body = { ...this.#common(), ticket, invite, state, reason };
    return (await this.#client.post<{ ok: boolean }>("/sdk/v1/state", body)).body?.ok != false;
  }

  #identity() {
    const { userId, anonymousId } = this.#person.describe();
    return { ...this.#common(), ticket: this.#ticket.current, userId, ...(this.#config.signed && { anonymousId }) };
  }

  #common() {
    const { projectId: project, locale } = this.#options;
    return {
      project,
      identity_token: this.#person.token(),
      locale: locale ?? (document.documentElement.lang || navigator.language),
      timeZone: this.#config.timeZone && Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  }
}

/** An option of init or, as text, of an attribute. */
function wanted(option: unknown): boolean {
  return option !== false && option !== "false";
}
