// <dialog data-session-end="address" data-left="seconds">: warns before the session ends, and leaves
// the page when it has. The server says how long there is; nothing is kept in the browser.

const WARNING = 120;
const TICK = 1000;

export function warnOfEnd() {
  const dialog = document.querySelector("dialog[data-session-end]");
  if (dialog) watch(dialog);
}

function watch(dialog) {
  const address = dialog.dataset.sessionEnd;
  const words = dialog.querySelector("[data-session-left]");
  const others = new BroadcastChannel("session-end");
  const button = dialog.querySelector("button");
  let ends = 0;
  let asking = false;
  let last = false;

  const left = () => Math.round((ends - Date.now()) / 1000);
  const learn = (seconds) => {
    ends = Date.now() + seconds * 1000;
    if (seconds > WARNING && dialog.open) dialog.close();
  };
  const tell = (seconds) => {
    learn(seconds);
    others.postMessage(ends);
  };

  async function ask(options = {}) {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", ...options });
    return answer.ok ? (await answer.json()).left : 0;
  }

  async function look({ anew = false } = {}) {
    if (asking || (!anew && left() > WARNING)) return;
    // Another tab may have gone on, so the server is asked before anything is said or left.
    if (!anew && (dialog.open || last) && left() > 0) return last || say(words, left());
    asking = true;
    try {
      const seconds = await ask();
      learn(seconds);
      if (seconds <= 0) leave();
      else if (seconds <= WARNING) open();
    } catch {
      if (left() <= 0) cover(dialog, words);
    }
    asking = false;
  }

  function open() {
    say(words, left());
    if (!dialog.open) dialog.showModal();
  }

  async function stay(event) {
    event.preventDefault();
    if (last) return dialog.close();
    try {
      const seconds = await ask({ method: "POST", body: new FormData(dialog.querySelector("form")) });
      if (seconds <= 0) return leave();
      tell(seconds);
      if (seconds > WARNING) return;
      last = true;
      say(words, seconds, "A session cannot last any longer. ");
      button.textContent = "Close";
    } catch {
      words.textContent = "There is no connection. Try again.";
    }
  }

  dialog.querySelector("form").addEventListener("submit", stay);
  dialog.addEventListener("cancel", stay);
  others.addEventListener("message", ({ data }) => {
    ends = data;
    if (left() > WARNING && dialog.open) dialog.close();
  });
  // A page that comes back from the browser's memory may be of a session that is over.
  addEventListener("pageshow", ({ persisted }) => persisted && look({ anew: true }));
  tell(Number(dialog.dataset.left));
  setInterval(look, TICK);
  noteTyping();
}

// Said at each minute, then three times more: a voice that counts seconds would say nothing else.
function say(words, seconds, why = "") {
  const minutes = Math.ceil(seconds / 60);
  const said =
    seconds > 60
      ? `You will be signed out in ${minutes} minutes.`
      : `You will be signed out in ${Math.max(Math.ceil(seconds / 20) * 20, 20)} seconds.`;
  if (words.textContent !== why + said) words.textContent = why + said;
}

// Nothing of the page is to be read when its session is over, though it cannot leave yet.
function cover(dialog, words) {
  words.textContent = "Your session has ended, and there is no connection. Keep this page open.";
  if (!dialog.open) dialog.showModal();
  dialog.classList.add("app-session-end--over");
}

const typed = new Set();

function noteTyping() {
  document.addEventListener("input", ({ target }) => target.form && typed.add(target.form));
  // What came back with mistakes was typed as well.
  const mistakes = document.querySelector(".govuk-error-summary");
  const form = mistakes && document.querySelector("main form[method=post]");
  if (form) typed.add(form);
}

// To sign-in, and from there back to this page. A form with something typed is sent to be kept.
function leave() {
  const form = [...typed].find((one) => one.method === "post" && one.elements.owner);
  if (!form) return location.assign(location.pathname + location.search);
  const unsent = document.createElement("input");
  unsent.type = "hidden";
  unsent.name = "unsent";
  form.append(unsent);
  for (const file of form.querySelectorAll("input[type=file]")) file.disabled = true;
  return HTMLFormElement.prototype.submit.call(form);
}
