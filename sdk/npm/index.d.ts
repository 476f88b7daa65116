import type { Usercall } from "./usercall";

export * from "./usercall";

/** The calls of `window.usercall`. `init` needs `host`, where your usercall runs. */
declare const usercall: Usercall;
export default usercall;
