// Sends one of each with Segment's library for Node, and fails if it reports an error.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, path: "/v1/batch", flushAt: 3 });
const errors = [];
analytics.on("error", (error) => errors.push(error));
const userId = "node-user";
analytics.identify({ userId, traits: { plan: "pro" } });
analytics.group({ userId, groupId: "acme", traits: { seats: 4 } });
analytics.page({ userId, name: "Billing" });
analytics.track({ userId, event: "left", properties: { months: 3, note: "ünïcode <b> \u0000" } });
analytics.alias({ userId, previousId: "node-browser" });
await analytics.closeAndFlush();
if (errors.length) {
  console.error(errors);
  process.exit(1);
}
