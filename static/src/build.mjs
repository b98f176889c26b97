// Compiles the stylesheet and the script into static/dist, which is all that is collected.

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { compileAsync } from "sass";

const src = new URL("./", import.meta.url);
const dist = new URL("../dist/", src);
const modules = new URL("../../node_modules/", src);

async function stylesheet() {
  const { css } = await compileAsync(new URL("app.scss", src).pathname, {
    style: "compressed",
    loadPaths: [modules.pathname],
  });
  return css;
}

// One file, the library in place of the import of it: hashed static file names would not reach
// an import, and the browser would ask for one file after the other.
async function script() {
  const library = await readFile(
    new URL("govuk-frontend/dist/govuk/govuk-frontend.min.js", modules),
    "utf8",
  );
  const body = library.replace(/export\s*\{[^}]*\};?/, "").replace(/\/\/# sourceMappingURL=.*/, "");
  const ours = await readFile(new URL("app.mjs", src), "utf8");
  const whole = ours.replace(/^import .* from "govuk-frontend";$/m, () => body.trim());
  if (/^(import|export)\b/m.test(whole)) throw new Error("app.mjs still imports or exports");
  return whole;
}

await rm(dist, { recursive: true, force: true });
await mkdir(new URL("images/", dist), { recursive: true });
await writeFile(new URL("app.css", dist), await stylesheet());
await writeFile(new URL("app.mjs", dist), await script());
for (const name of await readdir(new URL("images/", src))) {
  await copyFile(new URL(`images/${name}`, src), new URL(`images/${name}`, dist));
}
