// Northdesk: the entry point. Views, the person, and what happens when they do something.

import { planName, showBilling } from "./app/billing";
import { showInbox } from "./app/inbox";
import { Panel } from "./app/panel";
import { currentPerson, remember, somebodyNew } from "./app/person";
import { showReports } from "./app/reports";
import { go, route } from "./app/router";
import { showSetup, type Track } from "./app/setup";
import { analytics, signIn, signOut, start } from "./app/tracking";

let person = currentPerson();
const panel = new Panel(() => person.id);
const track: Track = (event, properties) => void analytics.track(event, properties);

function showPerson(): void {
  document.querySelector('[data-person="name"]')!.textContent = person.name;
  document.querySelector('[data-person="plan"]')!.textContent = planName(person);
  showBilling(person, track, showPerson);
}

function entered(path: string): void {
  void analytics.page(undefined, document.title.replace(" · Northdesk", ""));
  if (path == "/app/reports") track("feature_opened", { feature: "reports" });
}

function somebodyElse(): void {
  signOut();
  person = somebodyNew();
  panel.clear();
  signIn(person);
  showPerson();
  showSetup(track);
  go("/signup", entered);
}

function signUp(form: HTMLFormElement): void {
  const data = new FormData(form);
  const [name, email] = [String(data.get("name")), String(data.get("email"))];
  person = remember({ ...person, name, email, plan: "trial", ending: false, months: 0 });
  signIn(person);
  track("signup_completed", { team: String(data.get("team")) });
  showPerson();
  go("/app/setup", entered);
}

start(person, (event) => panel.add(event));
showPerson();
showInbox((subject) => track("ticket_answered", { subject }));
showReports();
showSetup(track);
route(entered);
document.querySelector<HTMLElement>('[data-do="somebody-else"]')!.onclick = somebodyElse;
document.querySelector<HTMLFormElement>('[data-form="signup"]')!.onsubmit = (event) => {
  event.preventDefault();
  signUp(event.target as HTMLFormElement);
};
