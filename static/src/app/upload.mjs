// <input type="file" data-largest="bytes" data-too-large="words">: says so before sending for long.

export function refuseLargeFiles() {
  for (const input of document.querySelectorAll("input[type=file][data-largest]")) {
    input.addEventListener("change", () => {
      const size = input.files[0]?.size ?? 0;
      const words = size > Number(input.dataset.largest) ? input.dataset.tooLarge : "";
      say(input, words);
      if (words) input.value = "";
    });
  }
}

function say(input, words) {
  const group = input.closest(".govuk-form-group");
  let error = group.querySelector(".govuk-error-message");
  if (!error) {
    error = document.createElement("p");
    error.className = "govuk-error-message";
    error.setAttribute("role", "alert");
    input.before(error);
  }
  error.textContent = words;
  group.classList.toggle("govuk-form-group--error", words !== "");
}
