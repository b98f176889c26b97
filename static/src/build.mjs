// Compiles the stylesheets and the scripts into static/dist, which is all that is collected.

import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { compileAsync } from "sass";

const src = new URL("./", import.meta.url);
const dist = new URL("../dist/", src);
const modules = new URL("../../node_modules/", src);

async function stylesheet(name) {
  const { css } = await compileAsync(new URL(`${name}.scss`, src).pathname, {
    style: "compressed",
    loadPaths: [modules.pathname],
  });
  await writeFile(new URL(`${name}.css`, dist), css);
}

await rm(dist, { recursive: true, force: true });
await mkdir(new URL("images/", dist), { recursive: true });
await stylesheet("app");
await stylesheet("admin");
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
