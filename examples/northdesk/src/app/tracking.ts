// Segment, as Northdesk would have it anyway, and the three lines of usercall.

import { AnalyticsBrowser, type Context, type Plugin } from "@segment/analytics-next";
import type { Usercall } from "../../../../sdk/usercall";
import { config } from "./config";
import type { Person } from "./person";

declare const usercall: Usercall;

export interface Sent {
  type: string;
  name: string;
  messageId: string;
}

// The settings that Segment's CDN would answer with: one destination, and that is our own server.
const { protocol, host } = new URL(config.host);
const sink = { apiKey: config.writeKey, apiHost: host + "/v1", protocol: protocol.replace(":", "") };

export const analytics = AnalyticsBrowser.load({
  writeKey: config.writeKey,
  cdnSettings: { integrations: { "Segment.io": sink } },
});

export function start(person: Person, sent: (event: Sent) => void): void {
  usercall.init({ projectId: config.project });
  usercall.bindSegment(analytics);
  void analytics.register(watcher(sent));
  signIn(person);
}

export function signIn({ id, name, email, plan, months }: Person): void {
  void analytics.identify(id, { name, email, plan, months });
  usercall.identify({ userId: id, email, traits: { plan } });
}

export function signOut(): void {
  void analytics.reset();
  usercall.reset();
}

/** Shows the side panel each event at the moment it leaves. */
function watcher(sent: (event: Sent) => void): Plugin {
  const tell = (ctx: Context) => {
    const { type, event, name, messageId } = ctx.event;
    sent({ type, name: event ?? name ?? "", messageId: messageId ?? "" });
    return ctx;
  };
  return {
    name: "Side panel",
    type: "enrichment",
    version: "1",
    isLoaded: () => true,
    load: () => Promise.resolve(),
    track: tell,
    page: tell,
    identify: tell,
  };
}
