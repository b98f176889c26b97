// Boxes to type in for long lists. Without this script a select stays a select, and a text box a
// text box.

import accessibleAutocomplete from "accessible-autocomplete";

const MOST = 12;
const TYPING = 150;

// The library keeps no description but its own hint.
function describe(input, element) {
  const words = element.getAttribute("aria-describedby");
  const invalid = element.getAttribute("aria-invalid");
  if (invalid) input.setAttribute("aria-invalid", invalid);
  if (!words) return;
  const add = () => {
    const there = (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    input.setAttribute("aria-describedby", [...new Set([...words.split(" "), ...there])].join(" "));
  };
  add();
  input.addEventListener("focus", () => setTimeout(add));
}

function matches(option, typed) {
  const text = `${option.textContent} ${option.dataset.keywords ?? ""}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

// What starts with what was typed comes first.
function ranked(options, typed) {
  const start = typed.toLowerCase();
  const first = (option) => (option.textContent.toLowerCase().startsWith(start) ? 0 : 1);
  return options.sort((a, b) => first(a) - first(b)).slice(0, MOST);
}

function escaped(text) {
  const span = document.createElement("span");
  span.textContent = text ?? "";
  return span.innerHTML;
}

export function completeSelects() {
  for (const select of document.querySelectorAll('select[data-module="app-autocomplete"]')) {
    const { id } = select;
    const options = [...select.options].filter((option) => option.value);
    const chosen = select.selectedOptions[0];
    const choose = (text) => {
      const option = options.find((one) => one.textContent === text);
      select.value = option ? option.value : "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    accessibleAutocomplete.enhanceSelectElement({
      selectElement: select,
      defaultValue: chosen?.value ? chosen.textContent : "",
      autoselect: true,
      confirmOnBlur: true,
      showNoOptionsFound: true,
      onConfirm: (text) => text && choose(text),
      // The library takes a suggestion for markup.
      templates: { inputValue: (text) => text ?? "", suggestion: escaped },
      source: (typed, populate) => {
        const found = options.filter((option) => matches(option, typed));
        populate(ranked(found, typed).map((option) => option.textContent));
      },
    });
    const input = document.getElementById(id);
    describe(input, select);
    // Text that no longer names the choice must not leave the choice standing.
    input.addEventListener("input", () => choose(input.value));
  }
}

export function completeRemotely() {
  const boxes = 'input[data-module="app-remote-autocomplete"]';
  for (const plain of document.querySelectorAll(boxes)) {
    const form = plain.form;
    const place = document.createElement("div");
    place.className = "app-remote";
    plain.replaceWith(place);
    let timer = null;
    const ask = async (typed, populate) => {
      const body = new FormData();
      body.set("q", typed);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      try {
        const answer = await fetch(plain.dataset.url, {
          method: "POST",
          body,
          credentials: "same-origin",
        });
        const found = answer.ok ? await answer.json() : [];
        // An answer that comes late opens no list behind somebody who has typed on elsewhere.
        populate(document.activeElement?.id === plain.id ? found : []);
      } catch {
        populate([]);
      }
    };
    accessibleAutocomplete({
      element: place,
      id: plain.id,
      name: plain.name,
      defaultValue: plain.value,
      minLength: 2,
      confirmOnBlur: false,
      showNoOptionsFound: false,
      onConfirm: (found) => {
        if (found) form.dispatchEvent(new CustomEvent("app:found", { detail: found, bubbles: true }));
      },
      templates: {
        inputValue: (found) => (typeof found === "string" ? found : (found?.value ?? "")),
        suggestion: (found) => {
          if (typeof found === "string") return escaped(found);
          const hint = found.hint ? `<span class="app-remote__hint">${escaped(found.hint)}</span>` : "";
          return `${escaped(found.label)}${hint}`;
        },
      },
      source: (typed, populate) => {
        clearTimeout(timer);
        timer = setTimeout(() => ask(typed, populate), TYPING);
      },
    });
    describe(document.getElementById(plain.id), plain);
  }
}
