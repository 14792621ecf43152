// One process of the server, with its last output.
import { type ChildProcess, spawn } from "node:child_process";
import type { Program } from "./python";

const KEPT = 40; // lines of standard error
const CANNOT = "cannot start: "; // so begins the line in which bundled/server.py says why
const PATIENCE = 2000; // milliseconds for a process that does not answer to end

export class Run {
  private process: ChildProcess | undefined;
  private ended: Promise<string> = Promise.resolve("the process was not started");
  readonly lastWords: string[] = [];

  /** `folder` is not of the workspace: Windows would look there for git before it looks on the PATH. */
  constructor(
    private readonly program: Program,
    private readonly folder: string,
  ) {}

  start(): Promise<ChildProcess> {
    const { command, args } = this.program;
    const child = spawn(command, args, { cwd: this.folder, windowsHide: true });
    this.process = child;
    child.stderr.on("data", (text: Buffer) => {
      this.lastWords.push(...text.toString("utf8").split(/\r?\n/).filter(Boolean));
      this.lastWords.splice(0, this.lastWords.length - KEPT);
    });
    this.ended = new Promise((tell) => {
      child.once("error", (error) => tell(error.message));
      child.once("close", (code, signal) =>
        tell(signal ? `the process was ended by ${signal}` : `the process ended with exit code ${code}`),
      );
    });
    return new Promise((started, failed) => {
      child.once("spawn", () => started(child));
      child.once("error", failed);
    });
  }

  /** Why the process has ended: its own words, else how it ended. */
  async reason(): Promise<string> {
    const late = new Promise<string>((tell) => setTimeout(tell, PATIENCE, "the process did not respond"));
    const how = await Promise.race([this.ended, late]);
    if (this.process?.exitCode === null) this.process.kill();
    const words = this.lastWords.findLast((line) => line.startsWith(CANNOT)) ?? this.lastWords.at(-1);
    return words?.replace(CANNOT, "") ?? how;
  }
}
