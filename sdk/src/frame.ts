// Where a project wants the interview in the page: a frame of the server in `usercall-interview`.
// The tab is always offered beside it, since the host's policies may refuse frame or microphone.
// A file of its own, fetched on acceptance.

import css from "./frame.css?inline";
import { element, hostElement, place } from "./look";
import type { Api, FrameRequest } from "./shared";

const NAME = "usercall-interview";

const WORDS: Record<string, { close: string; newTab: string; interview: string; refused: string }> = {
  en: { close: "Close", newTab: "Open in a new tab", interview: "Interview", refused: "It cannot open on this page. It can in a tab." },
  de: { close: "Schließen", newTab: "In neuem Tab öffnen", interview: "Gespräch", refused: "Auf dieser Seite lässt es sich nicht öffnen, in einem Tab schon." },
  es: { close: "Cerrar", newTab: "Abrir en otra pestaña", interview: "Entrevista", refused: "No se puede abrir en esta página, pero sí en una pestaña." },
  fr: { close: "Fermer", newTab: "Ouvrir dans un nouvel onglet", interview: "Entretien", refused: "Il ne peut pas s'ouvrir sur cette page, mais dans un onglet." },
};

function frameInterview({ link, lang, dir, look, completed }: FrameRequest): void {
  document.querySelector(NAME)?.remove();
  const words = WORDS[lang.slice(0, 2)] ?? WORDS["en"]!;
  const { host, root } = hostElement(NAME, css, look);
  host.lang = lang;
  host.dir = dir;
  const frame = element("iframe", { src: link, title: words.interview, allow: "microphone; on-device-speech-recognition" });
  const tab = element("a", { href: link, target: "_blank", rel: "noopener" }, words.newTab);
  const close = element("button", { type: "button", "aria-label": words.close }, "×");
  const remove = () => {
    removeEventListener("message", listen);
    document.removeEventListener("securitypolicyviolation", refused);
    host.remove();
  };
  // Only our own frame, only from the server's origin, and nothing but a state's name.
  const listen = ({ origin, source, data }: MessageEvent) => {
    if (origin == new URL(link).origin && source == frame.contentWindow && data?.usercall == "completed") completed();
  };
  const refused = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent) => {
    if (effectiveDirective == "frame-src" && link.startsWith(blockedURI)) frame.replaceWith(element("p", { role: "status" }, words.refused));
  };
  addEventListener("message", listen);
  document.addEventListener("securitypolicyviolation", refused);
  close.onclick = tab.onclick = () => setTimeout(remove);
  root.append(element("section", {}, element("header", {}, tab, close), frame));
  place(host, look);
  frame.focus();
}

const request = (window.usercall as Api | undefined)?._?.frame;
if (request) frameInterview(request);
