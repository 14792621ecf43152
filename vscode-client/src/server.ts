// The server: started, watched, started again, stopped. Whoever uses it sees three states.
import { commands, type Disposable, EventEmitter, type ExtensionContext, type LogOutputChannel } from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import type { Connection } from "./client";
import { explain } from "./failure";
import { hasGit, programToRun } from "./python";
import { Run } from "./run";

const FORGIVEN = 3; // crashes within FORGIVEN_FOR milliseconds after which the server is not started again
const FORGIVEN_FOR = 180_000;
const PATIENCE = 60_000; // milliseconds for the server to answer for the first time

export type State = "starting" | "running" | "stopped";

export class Server implements Disposable {
  private connection: Connection | undefined;
  private crashes: number[] = [];
  private turn: Promise<void> = Promise.resolve();
  private readonly states = new EventEmitter<State>();
  private readonly overviews = new EventEmitter<void>();
  private current: State = "stopped";

  readonly onDidChangeState = this.states.event;
  /** Something that `refract.overview` reports has changed. */
  readonly onDidChangeOverview = this.overviews.event;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly middleware: Middleware,
  ) {}

  get state(): State {
    return this.current;
  }

  /** Start the server, or start it once more. The reason why it cannot run is shown once. */
  restart(): Promise<void> {
    this.crashes = [];
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** The answer of one of the server's commands; undefined when the server is not there to answer. */
  async ask<T>(command: string, ...args: readonly unknown[]): Promise<T | undefined> {
    if (this.connection === undefined || this.current !== "running") return undefined;
    return (await this.connection.execute(command, args)) as T;
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
    const [{ connect }, found] = await Promise.all([import("./client"), programToRun(this.context)]);
    if (!("program" in found)) {
      this.becomes("stopped");
      return explain.noPython(found.tried, this.log);
    }
    if (!hasGit()) explain.noGit(this.context.globalState, this.log);
    this.log.info(`Starting the server with ${found.program.label}`);
    const run = new Run(found.program, this.context.extensionPath);
    const connection = connect({
      log: this.log,
      middleware: this.middleware,
      start: () => run.start(),
      closed: () => this.closed(run),
      overviewChanged: () => this.overviews.fire(),
    });
    try {
      await Promise.race([connection.start(), tooLate()]);
    } catch {
      this.becomes("stopped");
      return explain.cannotStart(await run.reason(), found.program.label, this.log);
    }
    this.connection = connection;
    this.becomes("running");
  }

  private async end(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    this.becomes("stopped");
    await connection?.dispose().catch((error: unknown) => this.log.warn(`The server did not stop cleanly: ${error}`));
  }

  /** A server that ran and ended by itself is started again, unless it has crashed too often. */
  private closed(run: Run): void {
    if (this.current !== "running") return;
    this.connection = undefined;
    this.becomes("stopped");
    this.log.error(["The server ended unexpectedly.", ...run.lastWords].join("\n"));
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

function tooLate(): Promise<never> {
  return new Promise((_, fail) => setTimeout(fail, PATIENCE));
}
