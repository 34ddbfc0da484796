// What is published: installed from its archive into an empty folder, and used as ESM, as CommonJS and from TypeScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, stat, symlink, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (folder, ...command) => execFileSync(command[0], command.slice(1), { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

test("the archive is small, needs nothing, and works as ESM, CommonJS and TypeScript", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "waqtor-pack-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [packed] = JSON.parse(run(root, "npm", "pack", "--json", "--offline", "--pack-destination", folder));
  assert.ok((await stat(join(folder, packed.filename))).size < 40 * 1024, `${packed.size} bytes`);
  const installed = join(folder, "node_modules/@waqtor/sdk");
  await mkdir(installed, { recursive: true });
  run(folder, "tar", "xzf", packed.filename, "--strip-components=1", "-C", installed);
  const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  for (const name of ["react", "@types"]) await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  await cp(join(root, "node_modules/loose-envify"), join(folder, "node_modules/loose-envify"), { recursive: true });

  const sample = "typeof Realtime, typeof NodeSocket, typeof useWebSocket";
  await writeFile(join(folder, "a.mjs"), `import { Realtime, NodeSocket } from "@waqtor/sdk";\nimport { useWebSocket } from "@waqtor/sdk/react";\nconsole.log(${sample});\n`);
  await writeFile(join(folder, "a.cjs"), `const { Realtime, NodeSocket } = require("@waqtor/sdk");\nconst { useWebSocket } = require("@waqtor/sdk/react");\nconsole.log(${sample});\n`);
  for (const file of ["a.mjs", "a.cjs"]) assert.equal(run(folder, process.execPath, file), "function function function\n");

  await writeFile(join(folder, "a.mts"), `import { Realtime, type WaqtorEvent } from "@waqtor/sdk";
import { useWebSocket } from "@waqtor/sdk/react";
const client = new Realtime({ baseURL: "http://127.0.0.1:8080", apiKey: "k" });
client.on("session.state_changed", (event) => { const state: "WORKING" | string = event.data.state; return state; });
client.on("reset", ({ seq }) => seq + 1);
client.on("*", (event: WaqtorEvent) => { if (event.type === "settings.updated") event.data.changed.join(); });
// @ts-expect-error: settings.updated has no such field
client.on("settings.updated", (event) => event.data.nothing);
// @ts-expect-error: no such topic
client.subscribe({ topics: ["weather"] });
export const hook = useWebSocket;
`);
  await cp(join(folder, "a.mts"), join(folder, "b.cts"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  for (const resolution of ["node16", "bundler"]) {
    const module = resolution === "node16" ? "node16" : "es2022";
    const files = resolution === "node16" ? ["a.mts", "b.cts"] : ["a.mts"];
    run(folder, process.execPath, tsc, "--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2022", "--lib", "es2022,dom", "--module", module, "--moduleResolution", resolution, "--types", "node", ...files);
  }
});
