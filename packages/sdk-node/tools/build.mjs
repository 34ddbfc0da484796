// dist/esm and dist/cjs, each with its declarations, from the same sources.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
rmSync(`${root}/dist`, { recursive: true, force: true });
for (const [folder, module, resolution, type] of [
  ["esm", "ES2022", "bundler", "module"],
  ["cjs", "CommonJS", "node10", "commonjs"],
]) {
  const options = ["-p", root, "--outDir", `${root}/dist/${folder}`, "--module", module, "--moduleResolution", resolution];
  execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, ...options], { stdio: "inherit" });
  writeFileSync(`${root}/dist/${folder}/package.json`, JSON.stringify({ type }) + "\n");
}
