// <div data-progress="address" data-state="...">: shows how far work has come, then what came of it.

const EVERY = 1500;

export function watchProgress() {
  const shown = document.querySelector("[data-progress]");
  if (shown) setTimeout(look, EVERY, shown);
}

async function look(shown) {
  try {
    const answer = await fetch(shown.dataset.progress, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return location.reload();
    const { state, words, done, total } = await answer.json();
    if (state !== shown.dataset.state) return location.reload();
    const bar = shown.querySelector("progress");
    bar.max = total;
    bar.value = done;
    const said = shown.querySelector("[data-progress-words]");
    if (said.textContent !== words) said.textContent = words;
  } catch {
    // No connection: the next look may have one.
  }
  setTimeout(look, EVERY, shown);
}
