// <div data-renewing="tag" data-at="10:32am on Thursday ...">: figures that renew themselves in place while somebody
// looks. Asked with the tag of what is shown, the server answers that it still holds, or with the
// part anew. It takes no such question for a sign that somebody is there.

import { Idiomorph } from "idiomorph";

const EVERY = 30_000;
const PATIENCE = 20_000;
const LEFT_ALONE = {
  // What the reader has typed and opened, and what a script has set, are not the server's to say.
  beforeNodeMorphed: (node) => node.nodeName !== "FORM",
  beforeAttributeUpdated: (name) => !["open", "tabindex"].includes(name),
};

export function renewFigures() {
  const part = document.querySelector("[data-renewing]");
  if (part) watch(part);
}

function watch(part) {
  const words = document.querySelector("[data-renewed]");
  const told = document.querySelector("[data-renewed-told]");
  let { renewing: tag, at } = part.dataset;
  let timer;
  let asking = false;
  let over = false;

  const say = (text) => (words.textContent = text);
  const end = (why) => {
    over = true;
    say(`${why} These figures are of ${at}.`);
  };

  async function ask() {
    const answer = await fetch(location.href, {
      credentials: "same-origin",
      headers: { "If-None-Match": tag, "X-Poll": "figures" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect") return end("You are signed out, so this page no longer renews.");
    if (answer.status >= 500) throw new Error(answer.status);
    if (answer.status !== 200 && answer.status !== 304) return end("This page is no longer open to you.");
    at = answer.headers.get("X-Renewed");
    part.dataset.at = at; // For paper.
    if (answer.status === 200) {
      const before = numbers(part);
      Idiomorph.morph(part, await answer.text(), { morphStyle: "innerHTML", callbacks: LEFT_ALONE });
      tag = answer.headers.get("ETag");
      if (numbers(part) !== before) told.textContent = `Figures changed at ${at}.`;
    }
    return say(`Renewed at ${at}. This page renews itself.`);
  }

  async function look() {
    if (asking || over || document.hidden) return;
    clearTimeout(timer);
    asking = true;
    try {
      await ask();
    } catch {
      say(`Could not renew; last at ${at}. Trying again.`);
    }
    asking = false;
    if (!over && !document.hidden) timer = setTimeout(look, EVERY);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  // A page that comes back from the browser's memory is as old as when it was left.
  addEventListener("pageshow", ({ persisted }) => persisted && look());
  say(`As of ${at}. This page renews itself.`);
  timer = setTimeout(look, EVERY);
}

const numbers = (part) => [...part.querySelectorAll(".app-number")].map((one) => one.textContent).join();
