// What JavaScript adds; every page works without it.

import { Button, ErrorSummary, PasswordInput, SkipLink, createAll } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
[Button, ErrorSummary, PasswordInput, SkipLink].forEach((component) => createAll(component));

// A table that fits has nothing to scroll, so it is no stop for the keyboard.
const regions = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  }
});
document.querySelectorAll(".app-scroll").forEach((region) => regions.observe(region));
