// Two files: what activates at once, and the client of the protocol, which is large and loaded a moment later.
import { writeFile } from "node:fs/promises";
import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["src/extension.ts", "src/client.ts"],
  outdir: "dist",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode", "./client"],
  supported: { "dynamic-import": false },
  minify: true,
  sourcemap: process.argv.includes("--sourcemap"),
  logLevel: "warning",
  metafile: true,
});
await writeFile("dist/meta.json", JSON.stringify(metafile)); // scripts/notices.py reads which packages are in there
