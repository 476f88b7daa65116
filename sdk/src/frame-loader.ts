// Fetches the part that puts an interview into the page; most pages never need it.

import { complain } from "./console";
import type { FrameRequest, Shared } from "./shared";

/** File name of the frame's script with its content hash, put in by the build. */
declare const FRAME: string;

/** The script finds the request on window.usercall. Where it cannot be had, the link opens a tab. */
export function openFrame(shared: Shared, nonce: string | undefined, request: FrameRequest): void {
  shared.frame = request;
  const tag = document.createElement("script");
  tag.src = shared.host + "/sdk/" + FRAME;
  if (nonce) tag.nonce = nonce;
  tag.onerror = () => {
    complain("could not load " + tag.src);
    window.open(request.link, "_blank", "noopener");
  };
  document.head.append(tag);
}
