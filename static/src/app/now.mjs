// "Now" beside a time, "Today" and "Yesterday" beside a day; on London's clock, whatever the
// computer's own.

const ZONE = "Europe/London";

function londonParts(moment) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
}

function write(input, value) {
  input.value = String(value);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function writeDay(group, parts) {
  const [day, month, year] = group.querySelectorAll("input");
  write(day, Number(parts.day));
  write(month, Number(parts.month));
  write(year, parts.year);
}

function button(text, about, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "govuk-button govuk-button--secondary app-quick";
  made.textContent = text;
  if (about) {
    const more = document.createElement("span");
    more.className = "govuk-visually-hidden";
    more.textContent = `: ${about}`;
    made.append(more);
  }
  made.addEventListener("click", act);
  return made;
}

// The day before, found from midday so that a night of 23 or 25 hours makes no difference.
function yesterday() {
  const { year, month, day } = londonParts(new Date());
  const noon = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) - 1, 12));
  return londonParts(noon);
}

export function offerNow() {
  for (const group of document.querySelectorAll("[data-quick]")) {
    const legend = group.closest("fieldset")?.querySelector("legend")?.textContent.trim();
    group.append(
      button("Today", legend, () => writeDay(group, londonParts(new Date()))),
      button("Yesterday", legend, () => writeDay(group, yesterday())),
    );
  }
  for (const input of document.querySelectorAll("input[data-now]")) {
    const label = document.querySelector(`label[for="${input.id}"]`)?.textContent.trim();
    const now = button("Now", label, () => {
      const parts = londonParts(new Date());
      write(input, `${parts.hour}:${parts.minute}`);
      const group = document.getElementById(`id_${input.dataset.day}`);
      if (group) writeDay(group, parts);
    });
    const row = document.createElement("div");
    row.className = "app-quick-row";
    input.after(row);
    row.append(input, now);
  }
}
