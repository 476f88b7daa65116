// The conditions of the trigger language, as the page decides them.

import { holds, passes } from "../src/condition";
import { parsePath, pick, readPath } from "../src/path";
import { equal, same, test } from "./check";

const facts = {
  properties: { plan: "pro", months: 4, "a.b": { c: 1 }, items: [{ sku: "x" }], tags: ["a", 2], since: "2026-11-20", empty: null },
  traits: { role: "admin" },
};

const table: [condition: object, holds: boolean][] = [
  [{ properties: { plan: "pro" } }, true],
  [{ properties: { plan: "Pro" } }, false],
  [{ "properties.plan": "pro", "traits.role": "admin" }, true],
  [{ properties: { months: 4.0 } }, true],
  [{ properties: { months: "4" } }, false],
  [{ properties: { months: { gte: 1, lt: 5 } } }, true],
  [{ properties: { months: { gt: "1" } } }, false],
  [{ properties: { "a.b": { exists: true } } }, true],
  [{ 'properties["a.b"].c': 1 }, true],
  [{ "properties.items.0.sku": "x" }, true],
  [{ "properties.items.length": 1 }, false],
  [{ properties: { empty: { exists: false } } }, true],
  [{ properties: { empty: { not: "x" } } }, true],
  [{ properties: { missing: { not_in: ["x"] } } }, false],
  [{ properties: { plan: { in: ["team", "pro"] } } }, true],
  [{ properties: { tags: { contains: 2 } } }, true],
  [{ properties: { tags: { contains: "2" } } }, false],
  [{ properties: { plan: { contains: "r", starts_with: "p", ends_with: "o" } } }, true],
  [{ properties: { plan: { matches: "^(?P<x>pr)o$" } } }, true],
  [{ properties: { plan: { matches: "(?i)PRO" } } }, true],
  [{ properties: { plan: { matches: "(" } } }, false],
  [{ properties: { since: { lt: "2026-11-20T00:00:01+00:00" } } }, true],
  [{ properties: { since: { lt: "now" } } }, true],
  [{ properties: { since: { gt: "now-1d" } } }, false],
  [{ properties: { plan: { unknown: 1 } } }, false],
  [{ properties: { plan: { in: "pro" } } }, false],
  [{ any: [{ "properties.plan": "team" }, { "traits.role": "admin" }] }, true],
  [{ not: { all: [{ "properties.plan": "pro" }, { "traits.role": "admin" }] } }, false],
];

for (const [condition, expected] of table)
  test(JSON.stringify(condition), () => equal(holds(condition, facts), expected));

test("a failure that rests on traits alone is told from others", () => {
  const where = { properties: { plan: "pro" }, traits: { role: "owner" } };
  equal(holds(where, facts), false);
  equal(holds(where, facts, "traits"), true);
  equal(holds({ ...where, properties: { plan: "team" } }, facts, "traits"), false);
});

test("a missing value fails all but not and exists", () => {
  for (const name of ["equals", "in", "not_in", "lt", "gte", "contains", "starts_with", "matches"])
    equal(passes(undefined, { [name]: name.includes("in") ? ["a"] : "a" }), false);
  equal(passes(undefined, { not: "a" }), true);
});

test("paths", () => {
  same([...parsePath('properties["a.b"].c.0')], ["properties", "a.b", "c", "0"]);
  same([...parsePath('["say \\"x\\""]')], ['say "x"']);
  equal(readPath({}, ["constructor"]), undefined);
});

test("pick copies nothing but what is asked for", () => {
  const source = { a: { b: 1, canary: 2 }, list: [{ canary: 1 }, { x: 2, canary: 3 }], canary: 4 };
  const picked = pick(source, [["a", "b"], ["list", "1", "x"], ["missing"]]);
  equal(JSON.stringify(picked), '{"a":{"b":1},"list":[null,{"x":2}]}');
});
