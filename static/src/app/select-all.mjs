// <button hidden data-select-all="name">: ticks every box of that name, or clears them.

export function selectAll() {
  for (const button of document.querySelectorAll("button[data-select-all]")) {
    const form = button.closest("form");
    const boxes = () => [...form.querySelectorAll(`input[name="${button.dataset.selectAll}"]`)];
    const all = () => boxes().every((box) => box.checked);
    const word = () => {
      button.textContent = all() ? "Clear all on this page" : "Select all on this page";
    };
    button.hidden = boxes().length < 2;
    button.addEventListener("click", () => {
      const checked = !all();
      for (const box of boxes()) box.checked = checked;
      form.dispatchEvent(new Event("change", { bubbles: true }));
      word();
    });
    form.addEventListener("change", word);
    word();
  }
}
