// The client of the protocol. It is a file of its own when built, loaded while Python is being looked for: most of the
// extension is in here, and the editor waits for none of it.
import type { ChildProcess } from "node:child_process";
import { extensions, type LogOutputChannel } from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import { OVERVIEW_CHANGED } from "./protocol";

const SELECTOR = [
  { scheme: "file", language: "prisma" },
  { scheme: "file", pattern: "**/migration.sql" },
];
/** What this client can do beyond the protocol. The editor itself shows findings under the pointer. */
const CAPABILITIES = { overviewChanged: true, asks: true, showsFindings: true, buttons: true, links: true };

/** The commands that a hover of the server links to. */
const LINKED = ["refract.applyFix", "refract.askAndSplit"];

/** Outlines, definitions and references are left to Prisma's own extension if that is installed. */
function capabilities(): Readonly<Record<string, boolean>> {
  return { ...CAPABILITIES, navigation: extensions.getExtension("Prisma.prisma") === undefined };
}

export interface Options {
  readonly log: LogOutputChannel;
  readonly middleware: Middleware;
  start(): Promise<ChildProcess>;
  /** The server has ended, whatever for. */
  closed(): void;
  overviewChanged(): void;
}

export interface Connection {
  start(): Promise<void>;
  execute(command: string, args: readonly unknown[]): Promise<unknown>;
  dispose(): Promise<void>;
}

/** A client that is silent about its own troubles: `server.ts` sees them, and shows one message. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown, show?: boolean | "force"): void {
    if (show === false) super.error(message, data, false);
    else this.outputChannel.debug(message, data ?? "");
  }
}

export function connect({ log, middleware, start, closed, overviewChanged }: Options): Connection {
  const options: LanguageClientOptions = {
    documentSelector: SELECTOR,
    outputChannel: log,
    middleware,
    markdown: { isTrusted: { enabledCommands: LINKED } },
    // What the server says by itself; the rest it sends as messages of the protocol, which are logged anyway.
    stdioOptions: {
      stdout: () => {},
      stderr: (stream) => stream.on("data", (text) => log.debug(String(text).trimEnd())),
    },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
  const client = new QuietClient("refract", "Refract", start, options);
  client.registerFeature({
    fillClientCapabilities: (all) => {
      all.experimental = { refract: capabilities() };
    },
    initialize: () => {},
    getState: () => ({ kind: "static" }),
    clear: () => {},
  });
  client.onNotification(OVERVIEW_CHANGED, overviewChanged);
  return {
    start: () => client.start(),
    execute: (command, args) => client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [...args] }),
    dispose: () => client.dispose(),
  };
}
