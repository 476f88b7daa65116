// What Northdesk's server wrote into the page.

export interface Config {
  host: string;
  project: string;
  writeKey: string;
  dashboard: string;
}

export const config: Config = JSON.parse(document.getElementById("config")!.textContent!);
