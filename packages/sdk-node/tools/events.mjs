// Writes src/events.ts from api/events.json; with --check it only says whether that file is what it would write.
import { readFileSync, writeFileSync } from "node:fs";

const catalogue = JSON.parse(readFileSync(new URL("../../../api/events.json", import.meta.url), "utf8"));
const target = new URL("../src/events.ts", import.meta.url);

function typeOf(schema, indent) {
  if (schema.$ref) return schema.$ref.replace("#/definitions/", "");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const kinds = [schema.type ?? "unknown"].flat();
  return kinds.map((kind) => simpleType(kind, schema, indent)).join(" | ");
}

function simpleType(kind, schema, indent) {
  if (kind === "integer" || kind === "number") return "number";
  if (kind === "array") return `Array<${schema.items ? typeOf(schema.items, indent) : "unknown"}>`;
  if (kind === "object") return schema.properties ? fields(schema, indent) : "Record<string, unknown>";
  return kind;
}

function fields(schema, indent) {
  const inner = indent + "  ";
  const lines = Object.entries(schema.properties).map(([name, field]) => {
    const doc = field.description ? `${inner}/** ${field.description} */\n` : "";
    return `${doc}${inner}${name}${schema.required?.includes(name) ? "" : "?"}: ${typeOf(field, inner)};`;
  });
  return lines.length ? `{\n${lines.join("\n")}\n${indent}}` : "Record<string, never>";
}

const out = ["// Made by tools/events.mjs from api/events.json: `npm run events`."];
for (const [name, schema] of Object.entries(catalogue.definitions))
  if (`#/definitions/${name}` !== catalogue.envelope.$ref) out.push(`export interface ${name} ${fields(schema, "")}`);
out.push("/** Every event, and the fields of its data. */\nexport interface Events {");
for (const [type, event] of Object.entries(catalogue.events))
  out.push(`  /** ${event.description} */\n  ${JSON.stringify(type)}: ${typeOf(event.data, "  ")};`);
out.push("}");
const text = out.join("\n") + "\n";

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("packages/sdk-node/src/events.ts: is not what api/events.json gives; run `npm run events` there");
    process.exit(1);
  }
} else writeFileSync(target, text);
