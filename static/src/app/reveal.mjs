// <div data-show-when="offence=other">: hidden while the named field has none of the values (a|b).

export function revealWhen() {
  for (const part of document.querySelectorAll("[data-show-when]")) {
    const form = part.closest("form");
    const [name, values] = part.dataset.showWhen.split("=");
    const wanted = values.split("|");
    const judge = () => {
      part.hidden = !new FormData(form).getAll(name).some((value) => wanted.includes(value));
    };
    form.addEventListener("change", judge);
    form.addEventListener("input", judge);
    judge();
  }
}
