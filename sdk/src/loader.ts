// The loader: at most 1 KB. It defines the calls, keeps what comes before the core, and binds to
// Segment at once, since a plugin registered after the library has started misses what was
// queued. It never throws into the page.

import type { Analytics, Api, Binding, SegmentEvent, Shared } from "./shared";

/** File name of the core with its content hash, put in by the build. */
declare const CORE: string;

type Facade = { json(): SegmentEvent };

const page = window as unknown as Window & Record<string, unknown>;
const script = document.currentScript as HTMLScriptElement | null;
const api = (page.usercall ||= [] as never) as unknown as Api & unknown[][];

function loadCore(shared: Shared, nonce: string | undefined, retries: number): void {
  const tag = document.createElement("script");
  tag.src = shared.host + "/sdk/" + CORE;
  if (nonce) tag.nonce = nonce;
  tag.onerror = () =>
    retries
      ? setTimeout(loadCore, 6e3 / retries, shared, nonce, retries - 1)
      : console.warn("usercall: no answer from " + tag.src);
  document.head.append(tag);
}

function start(shared: Shared, options: { host?: string; nonce?: string }): void {
  if (shared.host) return;
  shared.host = new URL(options.host || script!.src).origin;
  loadCore(shared, options.nonce || script?.nonce, 2);
}

function note(shared: Shared, binding: Binding, event: SegmentEvent): void {
  const user = binding.live?.user?.();
  shared.run("see", [{ binding, event, at: Date.now(), id: user?.id(), traits: user?.traits() }]);
}

// A destination sees events after consent and enrichment, and can neither delay nor lose them.
function plugin(shared: Shared, binding: Binding): object {
  const take = (ctx: { event: SegmentEvent }) => {
    try {
      note(shared, binding, ctx.event);
    } catch {}
    return ctx;
  };
  return {
    name: "Usercall",
    type: "destination",
    version: "1",
    isLoaded: () => true,
    load: async (_: unknown, live: Analytics) => {
      binding.live = live;
      binding.at = Date.now();
      shared.run("live", [binding]);
    },
    track: take,
    page: take,
    screen: take,
    identify: take,
    group: take,
  };
}

function bind(shared: Shared, target: unknown, options: Binding["options"], looks = 1): void {
  const byName = !target || typeof target == "string";
  const found = (byName ? page[(target as string) || "analytics"] : target) as Analytics & Record<string, Function>;
  // A snippet may come later: looked for at once and again, then every 50 ms, for half a minute.
  if (!found) return void (looks < 650 && setTimeout(bind, Math.min(looks, 50), shared, target, options, looks + 1));
  if (shared.bound.has(found)) return;
  shared.bound.add(found);
  const binding: Binding = { options, at: Date.now() };
  // The stubs of old snippets lack methods, but their library replays whatever was pushed.
  const call = (name: string, ...args: unknown[]) =>
    found[name] ? found[name](...args) : found.push?.([name, ...args]);
  call("register", plugin(shared, binding));
  call("on", "reset", () => shared.run("reset", []));
  // Only classic analytics.js, which knows no plugins, says "invoke".
  call("on", "invoke", (facade: Facade) => {
    binding.live = (Array.isArray(found) ? page.analytics : found) as Analytics;
    note(shared, binding, facade.json());
  });
}

function begin(shared: Shared): void {
  const call = (name: string, args: unknown[]): void => {
    try {
      if (name == "init") start(shared, args[0] as object);
      if (name == "bindSegment") bind(shared, args[0], args[1] as Binding["options"]);
      else shared.run(name, args);
    } catch {}
  };
  // ["init", {…}] is a call pushed by hand, ["init", [{…}]] one of the stub. Segment's own stub is an array too.
  const drain = (...calls: unknown[][]) =>
    calls.forEach(([name, ...args]) => {
      const [first] = args as [Record<string, unknown>];
      call(name as string, Array.isArray(first) && !first["track"] ? first : args);
    }) as never;
  const queued = api.splice(0);
  api.push = drain;
  for (const name of "init identify bindSegment trigger reset on open optOut".split(" "))
    (api as Record<string, unknown>)[name] = (...args: unknown[]) => call(name, args);
  drain(...queued);

  for (const setup of [page.__usercallSetup, script?.dataset]) {
    if (setup?.projectId) call("init", [setup]);
    // An attribute without a value is the empty string, and means yes.
    if ((setup?.bindSegment ?? "false") + "" != "false") call("bindSegment", [setup!.analytics, setup!.bindSegment]);
  }
}

if (!api._) {
  const shared: Shared = (api._ = {
    calls: [],
    run: (...call) => void shared.calls.push(call),
    bound: new WeakSet(),
    host: "",
  });
  begin(shared);
}
