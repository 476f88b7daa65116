// Three words over Node's own test runner, so that no package of types is needed.

// @ts-expect-error Node's modules have no types here
import * as assert from "node:assert/strict";
// @ts-expect-error Node's modules have no types here
import * as runner from "node:test";

export const test: (name: string, run: () => void) => void = runner.test;
export const equal: <T>(got: T, want: T) => void = assert.equal;
export const same: <T>(got: T, want: T) => void = assert.deepEqual;
