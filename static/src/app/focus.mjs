// <form data-focus-first>: whoever has just saved an entry types the next one at once. What was
// saved is announced all the same, by the notice's role.

export function focusFirst() {
  const form = document.querySelector("form[data-focus-first]");
  form?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}
