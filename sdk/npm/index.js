// The calls of window.usercall for bundlers. They are kept until init fetches the loader from
// your own server; on a server, where there is no window, they do nothing.

const METHODS = ["init", "identify", "bindSegment", "trigger", "reset", "on", "open", "optOut"];

function call(name, args) {
  if (typeof window === "undefined") return;
  const queue = (window.usercall = window.usercall || []);
  queue.push([name, args]);
  if (name === "init" && args[0] && args[0].host) load(args[0]);
}

function load({ host, nonce }) {
  const src = new URL("/sdk/usercall.js", host).href;
  if (document.querySelector(`script[src="${src}"]`)) return;
  const tag = document.createElement("script");
  tag.async = true;
  tag.src = src;
  if (nonce) tag.nonce = nonce;
  tag.onerror = () => console.warn("usercall: no answer from " + src);
  document.head.append(tag);
}

const usercall = {};
for (const name of METHODS) usercall[name] = (...args) => call(name, args);
usercall.push = (...calls) => calls.forEach(([name, ...args]) => call(name, args));
export default usercall;
