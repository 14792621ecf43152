// What stands between the editor and the server: settings of the extension alone, unsaved files, untrusted folders.
import {
  type CodeAction,
  type CodeLens,
  type Command,
  commands,
  type Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  extensions,
  Uri,
  type WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import type { ApplyWorkspaceEditParams, ExecuteCommandSignature, Middleware } from "vscode-languageclient/node";
import { Server } from "./protocol";

const SAVE = "refract.saveFiles";
const OWN_SETTINGS = ["interpreter"];
const NOT_WRITTEN = "cannot write the files. Check whether the folder is read-only or the files changed on disk";
const NOT_TRUSTED = "this folder is not trusted";
const READS: readonly string[] = [
  Server.preview,
  Server.runbook,
  Server.recipes,
  Server.overview,
  Server.showFixes,
  Server.showFile,
];

/** Answers a command of the server in the editor: asks for missing arguments before, shows the result after. */
export type Interaction = (args: unknown[], next: (args: unknown[]) => Promise<unknown>) => Promise<unknown>;

export function middleware(interactions: Readonly<Record<string, Interaction>>): Middleware {
  return {
    executeCommand: (command, args, next) => execute(interactions[command], command, args, next),
    provideDiagnostics: async (document, previous, token, next) => {
      const report = await next(document, previous, token);
      return report && "items" in report ? { ...report, items: report.items.filter(isOursToSay) } : report;
    },
    provideCodeActions: async (document, range, context, token, next) =>
      workspace.isTrusted ? next(document, range, context, token) : [],
    resolveCodeAction: async (action, token, next) => savedAfterwards(await next(action, token)),
    provideCodeLenses: async (document, token, next) => (await next(document, token))?.filter(isAllowed),
    workspace: {
      configuration: async (params, token, next) => {
        const answer = await next(params, token);
        return Array.isArray(answer) ? answer.map(withoutOwn) : answer;
      },
      handleApplyEdit: async (params, next) => {
        if (!workspace.isTrusted) return { applied: false, failureReason: NOT_TRUSTED };
        const files = clean(touched(params));
        const result = await next(params, { isCancellationRequested: false, onCancellationRequested: never });
        if (!("applied" in result && result.applied)) return { applied: false, failureReason: NOT_WRITTEN };
        await save(files);
        await showFirst(created(params));
        return result;
      },
    },
  };
}

/** If Prisma's own extension is installed, that one reports mistakes in a schema. */
function isOursToSay({ code, severity }: Diagnostic): boolean {
  const isMistake = severity === DiagnosticSeverity.Information && code === "not-analysed";
  return !isMistake || extensions.getExtension("Prisma.prisma") === undefined;
}

/** The command that saves what an action has changed; it follows the action's edit, and is followed by what the server wants. */
export function registerSave(): Disposable {
  return commands.registerCommand(SAVE, async (files: readonly string[], then?: Command) => {
    await save(files.map((file) => Uri.parse(file)));
    if (then !== undefined) await commands.executeCommand(then.command, ...(then.arguments ?? []));
  });
}

async function execute(
  interaction: Interaction | undefined,
  command: string,
  args: unknown[],
  next: ExecuteCommandSignature,
): Promise<unknown> {
  if (!workspace.isTrusted && !READS.includes(command)) return undefined;
  const run = async (given: unknown[]): Promise<unknown> => next(command, given);
  return interaction === undefined ? run(args) : interaction(args, run);
}

/** A file without unsaved changes has none afterwards: Prisma and git read new migrations from the disk. */
function savedAfterwards(action: CodeAction | null | undefined): CodeAction | null | undefined {
  if (action?.edit === undefined) return action;
  const files = clean(edited(action.edit)).map(String);
  const then = action.command === undefined ? [] : [action.command];
  action.command = { title: "Save", command: SAVE, arguments: [files, ...then] } satisfies Command;
  return action;
}

function edited(edit: WorkspaceEdit): Uri[] {
  return edit.entries().map(([uri]) => uri);
}

function touched({ edit }: ApplyWorkspaceEditParams): Uri[] {
  const changes = edit.documentChanges ?? [];
  const uris = changes.flatMap((change) => ("textDocument" in change ? [change.textDocument.uri] : []));
  return [...uris, ...Object.keys(edit.changes ?? {})].map((uri) => Uri.parse(uri));
}

function created({ edit }: ApplyWorkspaceEditParams): string[] {
  return (edit.documentChanges ?? []).flatMap((change) =>
    "kind" in change && change.kind === "create" ? change.uri : [],
  );
}

/** What a command has written is shown: its SQL, where it is SQL. */
async function showFirst(files: readonly string[]): Promise<void> {
  const file = files.find((uri) => uri.endsWith(".sql")) ?? files[0];
  if (file !== undefined) await window.showTextDocument(Uri.parse(file), { preview: false });
}

function clean(uris: readonly Uri[]): Uri[] {
  const dirty = new Set(workspace.textDocuments.filter((d) => d.isDirty).map((d) => d.uri.toString()));
  return uris.filter((uri) => !dirty.has(uri.toString()));
}

async function save(uris: readonly Uri[]): Promise<void> {
  for (const uri of uris) {
    const document = workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
    if (document?.isDirty) await document.save();
  }
}

function isAllowed(lens: CodeLens): boolean {
  return workspace.isTrusted || READS.includes(lens.command?.command ?? "");
}

/** The server knows its own settings only, and reports any other as unknown. */
function withoutOwn(section: unknown): unknown {
  if (typeof section !== "object" || section === null) return section;
  return Object.fromEntries(Object.entries(section).filter(([name]) => !OWN_SETTINGS.includes(name)));
}

function never(): Disposable {
  return { dispose: () => {} };
}
