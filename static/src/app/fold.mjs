// <details open data-fold-when-narrow>: closed on a narrow screen, where it would push down what the
// reader came for; open where it holds a mistake to mend.

export function foldWhenNarrow() {
  if (!window.matchMedia("(max-width: 40em)").matches) return;
  for (const part of document.querySelectorAll("details[data-fold-when-narrow]")) {
    part.open = part.querySelector(".govuk-error-message") !== null;
    // The stylesheet, which hid the form until now so that nothing moved, lets go of it.
    part.removeAttribute("data-fold-when-narrow");
  }
}
