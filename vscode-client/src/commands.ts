// The commands of the palette and of the tree. Each finds out what it is about, and leaves the work to the server.
import { commands, type Disposable, Uri, window } from "vscode";
import { askMigration, askName, askPlan, askProject } from "./ask";
import type { Documents } from "./documents";
import { explain } from "./failure";
import type { Interaction } from "./middleware";
import type { Overviews } from "./overview";
import { askAndSplit, newPlan } from "./planning";
import { type Migration, type Plan, type Preview, type Project, Server as Remote, type Split } from "./protocol";
import type { Server } from "./server";
import type { Node } from "./tree";

/** Commands of the server that change what the tree shows, and ask nothing. */
const CHANGES = [Remote.next, Remote.confirm, Remote.back, Remote.abandon, Remote.rollback];

export interface Parts {
  readonly server: Server;
  readonly overviews: Overviews;
  readonly documents: Documents;
}

/** What stands around the server's commands, wherever they are called from: a title in the editor, the tree, the palette. */
export function interactions(parts: () => Parts): Readonly<Record<string, Interaction>> {
  const refreshed = async (answer: Promise<unknown>): Promise<unknown> => {
    const result = await answer;
    await parts().overviews.refresh();
    return result;
  };
  return {
    [Remote.preview]: ([uri]) => {
      const { server, documents } = parts();
      const sql = async (): Promise<string> => sqlOf(await server.ask<Preview | null>(Remote.preview, uri));
      return documents.show("pending.sql", String(uri), sql);
    },
    [Remote.showFixes]: async ([uri], next) => {
      const place = await next([uri]);
      if (place) await commands.executeCommand("editor.action.quickFix");
      return place;
    },
    [Remote.create]: async ([uri, name], next) => {
      const chosen = name ?? (await askName((await parts().server.ask<Preview>(Remote.preview, uri))?.names ?? []));
      return chosen === undefined ? [] : refreshed(next([uri, chosen]));
    },
    ...Object.fromEntries(
      CHANGES.map((command) => [command, (args, next) => refreshed(next(args))] satisfies [string, Interaction]),
    ),
    [Remote.runbook]: async ([uri, migrations], next) => {
      const found = (await next(migrations === undefined ? [uri] : [uri, migrations])) as { text: string } | null;
      if (found) await parts().documents.show("runbook.md", `${uri}`, () => found.text);
      return found;
    },
  };
}

export function register({ server, overviews, documents }: Parts): Disposable[] {
  const when = (action: (node?: Node) => Promise<unknown>) => (node?: Node) =>
    server.state === "running" ? action(node) : explain.notRunning();
  const onProject = (command: string) =>
    when(async (node) => {
      const project = node?.project ?? (await askProject(overviews.projects));
      if (project !== undefined) await commands.executeCommand(command, project.schema);
    });
  const onPlan = (action: (project: Project, plan: Plan) => unknown) =>
    when(async (node) => {
      const project = node?.project ?? (await askProject(overviews.projects));
      const plan = planOf(node) ?? (project && (await askPlan(project)));
      if (project !== undefined && plan !== undefined) await action(project, plan);
    });
  const onMigration = (
    title: string,
    action: (project: Project, migration: Pick<Migration, "name" | "uri">) => unknown,
  ) =>
    when(async (node) => {
      const project = node?.project ?? (await askProject(overviews.projects));
      const migration = migrationOf(node) ?? (project && (await askMigration(project, title)));
      if (project !== undefined && migration !== undefined) await action(project, migration);
    });
  const run = (command: string) =>
    onPlan((project, plan) => commands.executeCommand(command, project.schema, plan.name));

  const all: Readonly<Record<string, (...args: never[]) => unknown>> = {
    "refract.preview": onProject(Remote.preview),
    "refract.create": onProject(Remote.create),
    "refract.compare": onMigration("Compare with Which Migration?", async ({ schema }, { name, uri }) => {
      const sql = async (): Promise<string> => (await server.ask<Preview>(Remote.preview, schema))?.sql ?? "";
      await compare(documents.address(`pending/${name}.sql`, schema, sql), uri, `${name} ↔ pending`);
    }),
    "refract.openMigration": onMigration("Which Migration?", (_, { uri }) => show(uri)),
    "refract.rollback": onMigration("Roll Back Which Migration?", ({ schema }, { name }) =>
      commands.executeCommand(Remote.rollback, schema, name),
    ),
    "refract.compareWithPlan": when(async (node) => {
      if (node?.kind !== "planned" || node.migration.uri === null) return;
      const { name, uri, sql } = node.migration;
      await compare(
        documents.address(`plan/${name}.sql`, node.plan.uri, () => sql),
        uri,
        `${name} ↔ planned`,
      );
    }),
    "refract.openRunbook": when(async (node) => {
      const project = node?.project ?? (await askProject(overviews.projects));
      if (project !== undefined) await commands.executeCommand(Remote.runbook, project.schema, migrationsOf(node));
    }),
    "refract.plan": () => newPlan(server, overviews),
    "refract.openPlan": onPlan((_, plan) => show(plan.uri)),
    "refract.next": run(Remote.next),
    "refract.confirm": run(Remote.confirm),
    "refract.back": run(Remote.back),
    "refract.abandon": onPlan(async (project, plan) => {
      const why = await window.showInputBox({
        title: `Refract: Stop Tracking ${plan.title}`,
        prompt: "Reason (kept in the plan file)",
      });
      if (why !== undefined) await commands.executeCommand(Remote.abandon, project.schema, plan.name, why);
    }),
    "refract.refresh": () => overviews.refresh(),
    "refract.askAndSplit": (split: Split) => askAndSplit(server, split),
  };
  return Object.entries(all).map(([id, action]) => commands.registerCommand(id, action));
}

function sqlOf(preview: Preview | null | undefined): string {
  if (preview === undefined) return "-- Refract is not running.\n";
  if (preview === null) return "-- Refract cannot read the schema.\n";
  if (preview.sql === "") return `-- Refract: ${preview.summary}.\n`;
  return `-- Refract: ${preview.summary}. No database is changed.\n\n${preview.sql}`;
}

async function compare(pending: Uri, migration: string, title: string): Promise<void> {
  await commands.executeCommand("vscode.diff", Uri.parse(migration), pending, title);
}

async function show(uri: string): Promise<void> {
  await window.showTextDocument(Uri.parse(uri));
}

function planOf(node: Node | undefined): Plan | undefined {
  return node !== undefined && "plan" in node ? node.plan : undefined;
}

function migrationOf(node: Node | undefined): Pick<Migration, "name" | "uri"> | undefined {
  if (node?.kind === "migration") return node.migration;
  return node?.kind === "planned" && node.migration.uri !== null
    ? { ...node.migration, uri: node.migration.uri }
    : undefined;
}

/** The migrations that a node of the tree is about; undefined for all that are new. */
function migrationsOf(node: Node | undefined): readonly string[] | undefined {
  if (node?.kind === "migration") return [node.migration.name];
  const written = planOf(node)?.steps.flatMap((step) => step.migrations.filter(({ uri }) => uri !== null));
  return written?.map(({ name }) => name);
}
