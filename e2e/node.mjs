// Sends one of each with Segment's library for Node, and fails if it reports an error.
import { gzipSync } from "node:zlib";
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, coding] = process.argv.slice(2);
const packed = (url, { body, headers, ...rest }) =>
  fetch(url, { ...rest, body: gzipSync(body), headers: { ...headers, "Content-Encoding": "gzip" } });
const httpClient = coding == "gzip" ? packed : undefined;
const analytics = new Analytics({ writeKey, host, path: "/v1/batch", flushAt: 6, httpClient });
const errors = [];
analytics.on("error", (error) => errors.push(error));
const userId = "node-user";
analytics.identify({ userId, traits: { plan: "pro" } });
analytics.group({ userId, groupId: "acme", traits: { seats: 4 } });
analytics.page({ userId, name: "Billing" });
analytics.screen({ userId, name: "Home" });
analytics.track({
  userId,
  event: "left",
  properties: { months: 3, note: "ünïcode <b> \u0000" },
  timestamp: new Date(Date.now() - 1234567),
});
analytics.alias({ userId, previousId: "node-browser" });
await analytics.closeAndFlush({ timeout: 15000 });
if (errors.length) {
  console.error(errors);
  process.exit(1);
}
