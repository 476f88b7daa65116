// The conditions of the trigger language, for `where` of a binding and for page rules. A missing
// value or one of the wrong type makes every test false but `not` and `exists: false`.

import { parsePath, readPath, type Path } from "./path";

type Json = Record<string, unknown>;

/** What a condition looks at; a root that is "unknown" makes its tests true (see `holds`). */
export interface Facts {
  properties?: unknown;
  traits?: unknown;
  context?: unknown;
  [root: string]: unknown;
}

const ROOTS = ["properties", "traits", "context"];

/**
 * Whether the condition holds. Keys are paths, all/any/not, or a root with keys below it, as in
 * `{ properties: { plan: "pro" } }`. `assumed` names a root whose tests count as passed, which
 * tells whether a failure rests on that root alone.
 */
export function holds(condition: unknown, facts: Facts, assumed?: string, base: Path = []): boolean {
  return Object.entries((condition ?? {}) as Json).every(([key, value]) => {
    if (key == "all" && Array.isArray(value)) return value.every((c) => holds(c, facts, assumed, base));
    if (key == "any" && Array.isArray(value)) return value.some((c) => holds(c, facts, assumed, base));
    if (key == "not" && isObject(value)) return assumed ? true : !holds(value, facts, assumed, base);
    if (!base.length && ROOTS.includes(key) && isObject(value)) return holds(value, facts, assumed, [key]);
    const path = [...base, ...(base.length ? below(facts, base, key) : parsePath(key))];
    return path[0] === assumed || passes(readPath(facts, path), value);
  });
}

/** A key below a root is a name first, so that `{ "a.b": 1 }` finds a property of that name. */
function below(facts: Facts, base: Path, key: string): Path {
  return readPath(facts, [...base, key]) === undefined ? parsePath(key) : [key];
}

/** One value against a scalar or a map of tests. */
export function passes(value: unknown, test: unknown): boolean {
  if (!isObject(test)) return same(value, test);
  try {
    return Object.entries(test).every(([name, operand]) => TESTS[name]!(value, operand));
  } catch {
    return false; // no such test, or an operand that it does not take
  }
}

const TESTS: Record<string, (value: any, operand: any) => boolean> = {
  equals: same,
  not: (v, o) => !same(v, o),
  in: (v, o) => v !== undefined && o.some((each: unknown) => same(v, each)),
  not_in: (v, o) => v !== undefined && !o.some((each: unknown) => same(v, each)),
  lt: (v, o) => ordered(v, o, (d) => d < 0),
  lte: (v, o) => ordered(v, o, (d) => d <= 0),
  gt: (v, o) => ordered(v, o, (d) => d > 0),
  gte: (v, o) => ordered(v, o, (d) => d >= 0),
  contains: (v, o) =>
    Array.isArray(v) ? v.some((each) => same(each, o)) : isText(v) && isText(o) && v.includes(o),
  starts_with: (v, o) => isText(v) && v.startsWith(o),
  ends_with: (v, o) => isText(v) && v.endsWith(o),
  matches: (v, o) => isText(v) && !!pattern(o)?.test(v),
  exists: (v, o) => (v !== undefined) == o,
};

/** Same JSON type and value. */
function same(value: unknown, operand: unknown): boolean {
  return value !== null && typeof value != "object" && value === operand;
}

function ordered(value: unknown, operand: unknown, accepts: (difference: number) => boolean): boolean {
  if (typeof value == "number" && typeof operand == "number") return accepts(value - operand);
  return isText(value) && isText(operand) && accepts(instant(value) - (relative(operand) ?? instant(operand)));
}

const INSTANT = /^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$/;

/** Milliseconds of an RFC 3339 time or date; NaN otherwise, which compares false. */
function instant(text: string): number {
  return INSTANT.test(text) ? Date.parse(text.toUpperCase()) : NaN;
}

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** `now`, `now-7d`, `now+1d12h`. */
function relative(text: string): number | undefined {
  const parts = /^now(?:([+-])((?:\d+[smhdw])+))?$/.exec(text);
  if (!parts) return undefined;
  let span = 0;
  for (const [, count, unit] of (parts[2] ?? "").matchAll(/(\d+)(\w)/g)) span += +count! * UNITS[unit!]!;
  return Date.now() + (parts[1] == "-" ? -span : span);
}

/** RE2 as JavaScript writes it: leading flags and named groups differ. */
function pattern(source: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  const body = (flags ? source.slice(flags[0].length) : source).replaceAll("(?P<", "(?<");
  try {
    return new RegExp(body, "u" + (flags?.[1] ?? ""));
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value == "string";
}

export function isObject(value: unknown): value is Json {
  return typeof value == "object" && value !== null && !Array.isArray(value);
}
