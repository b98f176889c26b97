// <form data-draft="address">: what is typed is kept on the server, never in the browser. Without an
// address it is sent where the form is sent, marked as unsent, as at the end of a session.

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
    const body = new FormData(form);
    if (!form.dataset.draft) body.append("unsent", "");
    try {
      const answer = await fetch(form.dataset.draft || form.action, {
        method: "POST",
        body,
        headers: form.dataset.draft ? {} : { "X-Poll": "draft" },
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
        say("The draft is no longer being saved. Save the form to keep it.");
      }
    } catch {
      unsaved = true;
      say("Not saved yet: no connection. Keep this page open.");
      timer = setTimeout(save, RETRY);
    }
  }

  const typed = () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, AFTER_TYPING);
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", () => form.dispatchEvent(new Event("input")));
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
  });
  // A page that comes back from the browser's memory is filled in again.
  addEventListener("pageshow", () => {
    sent = false;
  });
  // What came back with mistakes was typed as well.
  if (document.querySelector(".govuk-error-summary")) typed();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save({ leaving: true });
  });
}
