// Compiles the stylesheet and the scripts into static/dist, which is all that is collected.

import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
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

await rm(dist, { recursive: true, force: true });
await mkdir(new URL("images/", dist), { recursive: true });
await writeFile(new URL("app.css", dist), await stylesheet());
// One file: hashed names of static files would not reach an import, and the browser would ask for
// one file after the other.
await build({
  entryPoints: [new URL("app.mjs", src).pathname],
  outfile: new URL("app.mjs", dist).pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  legalComments: "inline",
  logLevel: "warning",
});
for (const name of await readdir(new URL("images/", src))) {
  await copyFile(new URL(`images/${name}`, src), new URL(`images/${name}`, dist));
}
