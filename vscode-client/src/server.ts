// The server's process and the client that speaks with it: started, watched, stopped. Whoever uses it sees three states.
import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { commands, type Disposable, EventEmitter, type ExtensionContext, type LogOutputChannel } from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
} from "vscode-languageclient/node";
import { explain } from "./failure";
import { OVERVIEW_CHANGED } from "./protocol";
import { type Found, findInstalled, findPython, type Program } from "./python";

const FORGIVEN = 3; // crashes within FORGIVEN_FOR milliseconds after which the server is not started again
const FORGIVEN_FOR = 180_000;
const SAID = 40; // lines of standard error that are kept to explain a crash
const SELECTOR = [
  { scheme: "file", language: "prisma" },
  { scheme: "file", pattern: "**/migration.sql" },
];

export type State = "starting" | "running" | "stopped";

export class Server implements Disposable {
  private client: LanguageClient | undefined;
  private crashes: number[] = [];
  private turn: Promise<void> = Promise.resolve();
  private readonly states = new EventEmitter<State>();
  private readonly overviews = new EventEmitter<void>();
  private current: State = "stopped";

  readonly onDidChangeState = this.states.event;
  /** Something has changed of which `refract.overview` tells. */
  readonly onDidChangeOverview = this.overviews.event;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly middleware: Middleware,
  ) {}

  get state(): State {
    return this.current;
  }

  /** Start the server, or start it once more. What keeps it from running is shown to the person, once. */
  restart(): Promise<void> {
    this.crashes = [];
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** The answer of one of the server's commands; undefined when the server is not there to answer. */
  async ask<T>(command: string, ...args: readonly unknown[]): Promise<T | undefined> {
    if (this.client === undefined || this.current !== "running") return undefined;
    return (await this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [...args] })) as T;
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    this.states.dispose();
    this.overviews.dispose();
  }

  private inTurn(action: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(action, action);
    return this.turn;
  }

  private async begin(): Promise<void> {
    this.becomes("starting");
    const found = await programs(this.context);
    if (!("program" in found)) {
      this.becomes("stopped");
      return explain.noPython(found.tried, this.log);
    }
    this.log.info(`Starting the server with ${found.program.told}`);
    const run = new Run(found.program, this.context, this.log);
    this.client = this.newClient(run);
    this.client.onNotification(OVERVIEW_CHANGED, () => this.overviews.fire());
    try {
      await this.client.start();
      this.becomes("running");
    } catch {
      this.client = undefined;
      this.becomes("stopped");
      explain.cannotStart(await run.reason(), found.program.told, this.log);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.becomes("stopped");
    await client?.dispose().catch((error: unknown) => this.log.warn(`The server did not stop in order: ${error}`));
  }

  private newClient(run: Run): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: SELECTOR,
      outputChannel: this.log,
      middleware: this.middleware,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.closed(run);
          return { action: CloseAction.DoNotRestart, handled: true, message: "The server has ended." };
        },
      },
    };
    const client = new LanguageClient("refract", "Refract", () => run.start(), options);
    client.registerFeature({
      fillClientCapabilities: (capabilities) => {
        capabilities.experimental = { refract: { overviewChanged: true, asks: true } };
      },
      initialize: () => {},
      getState: () => ({ kind: "static" }),
      clear: () => {},
    });
    return client;
  }

  /** A server that ran and ended by itself is started again, unless it has crashed too often. */
  private closed(run: Run): void {
    if (this.current !== "running") return;
    this.client = undefined;
    this.becomes("stopped");
    const now = Date.now();
    this.crashes = [...this.crashes.filter((then) => now - then < FORGIVEN_FOR), now];
    if (this.crashes.length < FORGIVEN) void this.inTurn(() => this.begin());
    else void run.reason().then((reason) => explain.crashes(this.crashes.length, reason, this.log));
  }

  private becomes(state: State): void {
    if (state === this.current) return;
    this.current = state;
    void commands.executeCommand("setContext", "refract.state", state);
    if (state === "running") void commands.executeCommand("setContext", "refract.ran", true);
    this.states.fire(state);
  }
}

/** How the server is started: with a Python that was found, else as installed. */
async function programs(context: ExtensionContext): Promise<Found> {
  const found = await findPython();
  if ("program" in found) {
    const { command, told } = found.program;
    // What Python compiles goes to the editor's own folder: that of the extension may be read-only, and is signed.
    const compiled = `pycache_prefix=${path.join(context.globalStorageUri.fsPath, "compiled")}`;
    const args = ["-I", "-X", compiled, context.asAbsolutePath(path.join("bundled", "server.py"))];
    return { program: { command, args, told } };
  }
  const installed = findInstalled();
  return installed === undefined ? found : { program: { ...installed, args: ["server"] } };
}

/** One process of the server, and the last that it has said. */
class Run {
  private process: ChildProcess | undefined;
  private readonly said: string[] = [];
  private ended: Promise<string> = Promise.resolve("");

  constructor(
    private readonly program: Program,
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {}

  start(): Promise<ChildProcess> {
    const { command, args } = this.program;
    // Not in a folder of the workspace: Windows would look there for git before it looks on the PATH.
    const child = spawn(command, args, { cwd: this.context.extensionPath, windowsHide: true });
    this.process = child;
    child.stderr.on("data", (text: Buffer) => {
      this.said.push(...text.toString("utf8").split(/\r?\n/).filter(Boolean));
      this.said.splice(0, this.said.length - SAID);
    });
    this.ended = new Promise((tell) => {
      child.once("error", (error) => tell(error.message));
      child.once("close", (code, signal) => tell(signal ? `ended by ${signal}` : `ended with code ${code}`));
    });
    return new Promise((started, failed) => {
      child.once("spawn", () => started(child));
      child.once("error", failed);
    });
  }

  /** Why the process has ended: its own words, else how it ended. */
  async reason(): Promise<string> {
    const ended = await Promise.race([this.ended, after(2000, "it did not answer")]);
    if (this.process?.exitCode === null) this.process.kill();
    const words = this.said.findLast((line) => line.startsWith("cannot start: ")) ?? this.said.at(-1);
    this.log.error(`The server ${ended}`);
    return words?.replace("cannot start: ", "") ?? ended;
  }
}

function after<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((done) => setTimeout(done, milliseconds, value));
}
