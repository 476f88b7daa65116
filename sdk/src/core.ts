// The core takes over from the loader: it goes through what was kept, in order, and then hears
// every call itself. Calls about people and events wait until the server has said what it reads.

import type { Identity, InitOptions } from "../usercall";
import { hearing } from "./console";
import { Listeners } from "./listeners";
import { createPerson, text } from "./person";
import { Session } from "./session";
import type { Api, Binding, Call, Seen, Shared } from "./shared";
import { load, save } from "./storage";

function takeOver(shared: Shared): void {
  const listeners = new Listeners();
  const person = createPerson();
  let session: Session | undefined;
  let waiting: Call[] | undefined = [];
  let gone = load("optOut") != null;
  /** Opted out on this page, as opposed to an earlier one. */
  let leaving = false;
  let known: string | undefined;
  hearing.error = (message) => listeners.emit("error", { message });

  const atOnce: Record<string, (...args: any[]) => void> = {
    init(options: InitOptions) {
      if (session || !options?.projectId) return;
      session = new Session(shared, options, person, listeners);
      if (leaving) session.optOut();
      if (gone) return;
      void session.start().then((ready) => {
        const kept = waiting!;
        waiting = undefined;
        if (ready) kept.forEach(([name, args]) => run(name, args));
      });
    },
    on: (event, listener) => listeners.add(event, listener),
    open: (link) => session?.open(String(link)),
    optOut() {
      save("optOut", "1");
      leaving = gone = true;
      waiting = [];
      session?.optOut();
    },
    live: (binding: Binding) => (person.binding = binding),
  };

  const inTurn: Record<string, (...args: any[]) => void> = {
    identify: (identity: Identity) => changing(() => person.identify(identity)),
    reset() {
      person.reset();
      known = undefined;
      session?.personChanged("reset");
    },
    trigger: (name, properties) => session?.events?.trigger(String(name), properties),
    see(seen: Seen) {
      person.binding = seen.binding;
      if (seen.event.type == "identify") changing(() => {});
      else session?.events?.see(seen);
    },
  };

  /** After an identify: another userId ends what was going on for the one before. */
  const changing = (change: () => void) => {
    change();
    const now = text(person.describe().userId);
    if (known && now && now != known) session?.personChanged("identify");
    known = now ?? known;
    session?.identified();
  };

  const run = (name: string, args: unknown[]): void => {
    try {
      if (atOnce[name]) atOnce[name](...args);
      else if (gone) return;
      else if (waiting) waiting.push([name, args]);
      else inTurn[name]?.(...args);
    } catch {}
  };
  shared.run = run;
  shared.calls.splice(0).forEach(([name, args]) => run(name, args));
}

const shared = (window.usercall as Api | undefined)?._;
if (shared) takeOver(shared);
