// Bundles what the pages load into hashed files, and writes manifest.json so that a template can name `app.js` and get
// the file of this build. Run by scripts/setup.py; by hand: `node scripts/build_assets.mjs`.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const web = path.join(root, "src", "hongmao", "web");
const assets = path.join(web, "assets");
const built = path.join(web, "static", "built");

// What stands at the top of assets/ is loaded by name from a page; what stands in its folders is imported by those.
const entries = (await readdir(assets, { withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name);

const { metafile } = await build({
  entryPoints: entries.sort().map((name) => path.join(assets, name)),
  outdir: built,
  absWorkingDir: web,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[name]-[hash]",
  assetNames: "asset-[name]-[hash]",
  bundle: true,
  splitting: true, // a page that alone needs a heavy library may `import()` it and the others never pay
  format: "esm",
  minify: true,
  target: ["es2022", "chrome111", "safari16.4", "firefox114"],
  loader: { ".svg": "copy", ".woff2": "copy" },
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
const made = new Set(["manifest.json", "licences.txt"]);
for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
  const file = path.basename(output);
  made.add(file);
  if (entryPoint) manifest[path.relative("assets", entryPoint)] = file;
}

await mkdir(built, { recursive: true });
await writeFile(path.join(built, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await writeFile(path.join(built, "licences.txt"), await licences());
for (const stale of await readdir(built)) {
  if (!made.has(stale)) await rm(path.join(built, stale), { recursive: true });
}

// The bundle carries other people's work, so their notices travel beside it: of every package a file of which went in.
async function licences() {
  const modules = path.join(root, "node_modules");
  const inside = Object.keys(metafile.inputs).map((input) => path.relative(modules, path.resolve(web, input)));
  const names = new Set(inside.filter((file) => !file.startsWith("..")).map((file) => file.match(/^(@[^/]+\/)?[^/]+/)[0]));
  const texts = [...names].sort().map(async (name) => {
    const { version } = JSON.parse(await readFile(path.join(modules, name, "package.json"), "utf8"));
    const notices = (await readdir(path.join(modules, name))).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file));
    const read = await Promise.all(notices.sort().map((file) => readFile(path.join(modules, name, file), "utf8")));
    if (read.length === 0) throw new Error(`${name} ${version} brings no licence`);
    return `${name} ${version}\n\n${read.map((text) => text.trim()).join("\n\n")}\n`;
  });
  return (await Promise.all(texts)).join("\n----\n\n");
}
