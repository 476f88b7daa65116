// One page's session with the server, once the project is known: what it reads, what the page
// did, what was decided, what is shown.

import type { InitOptions } from "../usercall";
import { createClient, type Client } from "./client";
import { complain } from "./console";
import { Decisions } from "./decisions";
import { Events } from "./events";
import { Invites } from "./invites";
import { isInterviewLink } from "./link";
import { openFrame } from "./frame-loader";
import type { Listeners } from "./listeners";
import { Outbox } from "./outbox";
import type { Person } from "./person";
import { openStream } from "./stream";
import { Ticket } from "./ticket";
import type { Shared } from "./shared";
import type { Invite, ServerConfig, State } from "./wire";

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
  #unlisten = () => {};

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
      inFrame: () => this.#config.delivery == "iframe",
      frame: (invite) => this.#frame(invite),
      samePerson: () => this.#samePerson(),
      report: (invite, state, reason) => this.#report(invite, state, reason),
      emit: (event, notice) => listeners.emit(event, notice),
    });
    this.#decisions = new Decisions(
      this.#client,
      this.#ticket,
      common,
      (invite) => !this.#over && this.#invites.offer(invite),
      (ids) => this.#completed(ids),
    );
    this.#outbox = new Outbox(this.#client, this.#ticket, common, (answer) => this.#decisions.take(answer));
    this.#decisions.outbox = this.#outbox;
  }

  /** Learns what triggers read; false where there is nothing to do on this page. */
  async start(): Promise<boolean> {
    const project = this.#options.projectId;
    const { status, body } = await this.#client.get<ServerConfig>("/sdk/v1/config?project=" + encodeURIComponent(project));
    if (status == 404) complain(`no project has the key "${project}". The dashboard's page "Connect" shows the right one.`);
    if (!body || this.#over) return false;
    this.#config = body;
    this.events = new Events(body.events ?? [], this.#person, this.#outbox, wanted(this.#options.catalogue));
    addEventListener("pagehide", () => this.events?.leave());
    document.addEventListener("visibilitychange", () => this.#returned());
    void this.#firstQuestion();
    return true;
  }

  /** The person is gone or another: nothing of theirs is shown or sent any more. */
  personChanged(reason: string): void {
    this.#unlisten();
    this.events?.clear();
    this.#outbox.forgetPerson();
    this.#invites.withdraw(reason);
    this.#decisions.stop();
    this.#ticket.forget();
  }

  optOut(): void {
    const { userId, anonymousId } = this.#person.describe();
    this.events?.clear();
    this.#outbox.clear();
    this.#invites.withdraw("opt_out");
    this.#over = true;
    // Not the session's client, which from here on tries nothing again.
    const ticket = this.#ticket.current;
    const client = createClient(this.#shared.host, () => false);
    void client.post("/sdk/v1/opt-out", { ...this.#common(), ticket, anonymousId, userId });
    this.#unlisten();
    this.events = undefined;
    this.#decisions.stop();
    this.#ticket.forget();
  }

  open(link: string): void {
    if (isInterviewLink(link)) window.open(link, "_blank", "noopener");
    else complain("open() takes the link of an interview");
  }

  /** Only somebody who waits for an answer, or may have one, is asked about at page load. */
  async #firstQuestion(): Promise<void> {
    const anonymousId = this.#config.signed ? await this.#knownAnonymousId() : undefined;
    if (this.#over || (!this.#ticket.current && !anonymousId)) return;
    if (this.#config.stream) this.#listen(anonymousId);
    await this.#decisions.ask(anonymousId);
  }

  #listen(anonymousId: string | undefined): void {
    const query = () =>
      new URLSearchParams({
        project: this.#options.projectId,
        anonymousId: anonymousId ?? "",
        ticket: this.#ticket.current ?? "",
      });
    const url = () => `${this.#shared.host}/sdk/v1/stream?${query()}`;
    this.#unlisten = openStream(url, () => void this.#decisions.ask(anonymousId));
  }

  async #knownAnonymousId(): Promise<string | undefined> {
    for (let looks = 0; looks < 20; looks++) {
      const { anonymousId } = this.#person.describe();
      if (anonymousId) return anonymousId;
      await new Promise((again) => setTimeout(again, 150));
    }
    return undefined;
  }

  /** Back from the interview's tab: is it over? */
  #returned(): void {
    if (document.visibilityState == "visible" && this.#accepted.size && this.#ticket.current) void this.#decisions.ask();
  }

  #completed(ids: string[]): void {
    for (const invite of ids)
      if (this.#accepted.delete(invite)) this.#listeners.emit("completed", { invite });
  }

  #frame({ id, link, lang }: Invite): void {
    const look = this.#options;
    const completed = () => this.#listeners.emit("completed", { invite: id });
    openFrame(this.#shared, look.nonce, { link, lang, look, completed });
  }

  #samePerson(): boolean {
    const { userId } = this.#person.describe();
    return !userId || !this.#ticket.owner || userId == this.#ticket.owner;
  }

  #report(invite: string, state: State, reason?: string): void {
    if (state == "accepted") this.#accepted.add(invite);
    const ticket = this.#ticket.current;
    void this.#client.post("/sdk/v1/state", { ...this.#common(), ticket, invite, state, reason });
  }

  #common(): object {
    const { projectId: project, locale } = this.#options;
    return {
      project,
      identity_token: this.#person.token(),
      locale: locale ?? (document.documentElement.lang || navigator.language),
    };
  }
}

/** An option of init or, as text, of an attribute. */
function wanted(option: unknown): boolean {
  return option !== false && option !== "false";
}
