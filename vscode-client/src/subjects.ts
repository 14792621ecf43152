// What a plan can be about, offered by name: the models, fields, enums and values that a schema's lines begin with.
import { RelativePattern, Uri, workspace } from "vscode";
import type { Project } from "./protocol";

const MOST = 200; // files of one schema
const BLOCK = /^\s*(model|enum)\s+(\w+)\s*\{/;
const MEMBER = /^\s+([A-Za-z]\w*)\b/;

/** The names, such as `User.name`, of everything of a kind (`model`, `field`, `enum`, `value`) in a project's schema. */
export async function subjects(project: Project, kind: string): Promise<readonly string[]> {
  const texts = await Promise.all((await files(project)).map(text));
  return texts.flatMap((schema) => [...named(schema, kind)]);
}

function* named(schema: string, kind: string): Generator<string> {
  let block: { kind: string; name: string } | undefined;
  for (const line of schema.split(/\r?\n/)) {
    const [, opened, name] = BLOCK.exec(line) ?? [];
    if (opened !== undefined && name !== undefined) {
      block = { kind: opened, name };
      if (opened === kind) yield name;
    } else if (/^\s*\}/.test(line)) {
      block = undefined;
    } else if (block !== undefined && kind === (block.kind === "model" ? "field" : "value")) {
      const member = MEMBER.exec(line)?.[1];
      if (member !== undefined) yield `${block.name}.${member}`;
    }
  }
}

async function files(project: Project): Promise<readonly Uri[]> {
  const schema = Uri.parse(project.schema);
  return schema.path.endsWith(".prisma")
    ? [schema]
    : workspace.findFiles(new RelativePattern(schema, "**/*.prisma"), null, MOST);
}

async function text(uri: Uri): Promise<string> {
  return (await workspace.openTextDocument(uri)).getText();
}
