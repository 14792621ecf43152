// Where the extension begins: makes its parts and joins them. The server is started, not waited for.
import { commands, type ExtensionContext, env, window, workspace } from "vscode";
import { interactions, type Parts, register } from "./commands";
import { Documents } from "./documents";
import { middleware, registerSave } from "./middleware";
import { Overviews } from "./overview";
import { openSample } from "./sample";
import { Server } from "./server";
import { statusBar } from "./status";
import { tree } from "./tree";

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Refract", { log: true });
  const running = new Server(context, log, middleware(interactions(() => parts)));
  server = running;
  const overviews = new Overviews(running);
  const parts: Parts = { server: running, overviews, documents: new Documents() };
  const restart = (): void => void running.restart();
  overviews.onDidChange(() => parts.documents.refresh());
  context.subscriptions.push(
    log,
    running,
    overviews,
    parts.documents,
    tree(overviews),
    ...statusBar(running, overviews),
    ...register(parts),
    registerSave(),
    commands.registerCommand("refract.restart", restart),
    commands.registerCommand("refract.showLog", () => log.show()),
    commands.registerCommand("refract.chooseInterpreter", chooseInterpreter),
    commands.registerCommand("refract.openSample", () => openSample(context)),
    commands.registerCommand("refract.walkthrough", async () => {
      await commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#begin`);
      // VS Code ticks no step for a context that was true before it first read the walkthrough
      await commands.executeCommand("setContext", "refract.walkthrough", true);
    }),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("refract.interpreter")) restart();
    }),
  );
  restart();
}

/** The setting stands where Python does: with SSH, WSL and containers not among those of this machine. */
function chooseInterpreter(): Thenable<unknown> {
  const place = env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
  return commands.executeCommand(`workbench.action.${place}`, { query: "refract.interpreter" });
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
