// A table that fits has nothing to scroll, so it is no stop for the keyboard.

export function watchScrolling() {
  const regions = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
    }
  });
  document.querySelectorAll(".app-scroll").forEach((region) => regions.observe(region));
}
