// <form data-draft="address">: what is typed is kept on the server, never in the browser.

const AFTER_TYPING = 800;
const RETRY = 5000;

export function keepDrafts() {
  for (const form of document.querySelectorAll("form[data-draft]")) keep(form);
}

function keep(form) {
  const status = form.querySelector("[data-draft-status]");
  const say = (words) => {
    if (status && status.textContent !== words) status.textContent = words;
  };
  let timer = null;
  let unsaved = false;
  let sent = false;

  async function save({ leaving = false } = {}) {
    clearTimeout(timer);
    if (!unsaved || sent) return;
    unsaved = false;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
        redirect: "manual",
        keepalive: leaving,
      });
      if (answer.status === 204) {
        const clock = new Date().toLocaleTimeString("en-GB", {
          hour: "2-digit",
          minute: "2-digit",
          timeZone: "Europe/London",
        });
        say(`Draft saved at ${clock}.`);
      } else if (answer.status >= 500) {
        throw new Error(String(answer.status));
      } else {
        say("The draft is no longer being saved. Save the entry to keep it.");
      }
    } catch {
      unsaved = true;
      say("Not saved yet: no connection. Keep this page open.");
      timer = setTimeout(save, RETRY);
    }
  }

  form.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, AFTER_TYPING);
  });
  form.addEventListener("change", () => form.dispatchEvent(new Event("input")));
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
  });
  // A page that comes back from the browser's memory is filled in again.
  addEventListener("pageshow", () => {
    sent = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save({ leaving: true });
  });
}
