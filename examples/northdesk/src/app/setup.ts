// Onboarding: three steps, and a way out of each.

import { button, element } from "./dom";

export type Track = (event: string, properties: Record<string, string | number>) => void;

const STEPS = [
  { title: "Connect a mailbox", text: "Northdesk reads support@ and answers in its name. Nothing is deleted from your mailbox." },
  { title: "Invite teammates", text: "Everybody who answers customers. You can take them out again at any time." },
  { title: "Write a first reply template", text: "For the question you answer most. Ten words are enough to start." },
];

const place = () => document.querySelector("[data-setup]")!;

export function showSetup(track: Track): void {
  const start = button("Start set-up", "primary", () => {
    track("onboarding_started", { steps: STEPS.length });
    showStep(1, track);
  });
  place().replaceChildren(
    element("p", { class: "lead" }, "Three steps, about five minutes. You can leave and come back."),
    element("ol", { class: "steps" }, ...STEPS.map(({ title }) => element("li", {}, title))),
    start,
  );
}

function showStep(step: number, track: Track): void {
  const { title, text } = STEPS[step - 1]!;
  const next = button(step < STEPS.length ? "Done, next step" : "Finish", "primary", () => {
    track("onboarding_step_completed", { step });
    if (step < STEPS.length) return showStep(step + 1, track);
    track("onboarding_completed", { steps: STEPS.length });
    finish("Your workspace is ready.", track);
  });
  const leave = button("Leave set-up", "quiet", () => {
    track("onboarding_abandoned", { step });
    finish(`Set-up stopped at step ${step}. Nothing is lost.`, track);
  });
  const heading = element("h2", { tabindex: "-1" }, title);
  place().replaceChildren(
    element("p", { class: "soft" }, `Step ${step} of ${STEPS.length}`),
    element("div", { class: "card" }, heading, element("p", {}, text), element("p", { class: "row" }, next, leave)),
  );
  heading.focus();
}

function finish(words: string, track: Track): void {
  const again = button("Start again", "quiet", () => showSetup(track));
  place().replaceChildren(element("p", { class: "lead", role: "status" }, words), again);
}
