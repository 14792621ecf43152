// Finds a Python that can run the server: what is set, the one the Python extension has chosen, what is on the PATH.
import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import * as path from "node:path";
import { type ConfigurationScope, type ExtensionContext, extensions, workspace } from "vscode";

const OLDEST = [3, 11] as const;
const PATIENCE = 10_000; // milliseconds for a Python to print its version
const PRINT_VERSION = "import sys; print(*sys.version_info[:2]); print(sys.executable)";

/** An executable with its first arguments, and a label for messages. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly label: string;
}

/** A program to run, or why each of those that were tried is none. */
export type Found = { readonly program: Program } | { readonly tried: readonly string[] };

/** How the server is started: with a Python that was found, else as it is installed. */
export async function programToRun(context: ExtensionContext): Promise<Found> {
  const found = await findPython();
  if ("program" in found) {
    const { command, label } = found.program;
    // What Python compiles goes to the editor's own folder: that of the extension may be read-only, and is signed.
    const compiled = `pycache_prefix=${path.join(context.globalStorageUri.fsPath, "compiled")}`;
    const args = ["-I", "-X", compiled, context.asAbsolutePath(path.join("bundled", "server.py"))];
    return { program: { command, args, label } };
  }
  const installed = onPath("refract"); // as pipx, uv and pip put it there
  return installed === undefined
    ? found
    : { program: { command: installed, args: ["server"], label: `the installed ${installed}` } };
}

/** Whether the server will find git. */
export function hasGit(): boolean {
  return onPath("git") !== undefined;
}

/** The first Python that is new enough; where there is none, what was found instead. */
async function findPython(): Promise<Found> {
  const tried: string[] = [];
  for await (const candidate of candidates(tried)) {
    const answer = await version(candidate);
    if (typeof answer === "string") {
      tried.push(`${candidate.label}: ${answer}`);
    } else if (isOld(answer.version)) {
      tried.push(`${candidate.label}: Python ${answer.version.join(".")} is too old`);
    } else {
      return { program: { command: answer.executable, args: [], label: `Python ${answer.version.join(".")}` } };
    }
  }
  return { tried };
}

async function* candidates(tried: string[]): AsyncGenerator<Program> {
  for (const [command, label] of [
    [configured(), "refract.interpreter"],
    [await activeInterpreter(), "the Python extension's interpreter"],
  ] as const) {
    if (command === undefined) continue;
    const found = path.isAbsolute(command) ? command : onPath(command);
    if (found === undefined) tried.push(`${label}: ${command} is not on the PATH`);
    else if (!mayRun(found)) tried.push(`${label}: ${found} is in an untrusted folder`);
    else yield { command: found, args: [], label: `${label} (${found})` };
  }
  for (const [name, ...args] of [["python3"], ["python"], ["py", "-3"]] as const) {
    const command = onPath(name);
    if (command === undefined) tried.push(`${name}: not on the PATH`);
    else yield { command, args, label: command };
  }
}

function configured(): string | undefined {
  const set = workspace.getConfiguration("refract").get<unknown>("interpreter");
  return typeof set === "string" && set !== "" ? set.replace(/^~(?=[/\\])/, home()) : undefined;
}

function home(): string {
  return process.env.HOME ?? process.env.USERPROFILE ?? "~";
}

/** What the Python extension uses for the first folder; undefined without that extension, or when it is not active. */
async function activeInterpreter(): Promise<string | undefined> {
  const extension = extensions.getExtension<PythonApi>("ms-python.python");
  if (extension === undefined || !extension.isActive) return undefined;
  return extension.exports?.environments?.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri)?.path;
}

interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: ConfigurationScope): { readonly path: string } | undefined;
  };
}

/** The full path of a program on the PATH. The current folder is not searched, nor what the workspace may have put there. */
function onPath(name: string): string | undefined {
  const ending = process.platform === "win32" ? ".exe" : "";
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  const files = folders.map((folder) => path.join(folder, name + ending));
  return files.find((file) => isProgram(file) && mayRun(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A program of the workspace is not run before the workspace is trusted. */
function mayRun(file: string): boolean {
  return workspace.isTrusted || ![file, real(file)].some(isInWorkspace);
}

function isInWorkspace(file: string): boolean {
  return (workspace.workspaceFolders ?? []).some(({ uri }) =>
    [uri.fsPath, real(uri.fsPath)].some((folder) => {
      const below = path.relative(folder, file);
      return !below.startsWith("..") && !path.isAbsolute(below);
    }),
  );
}

function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

interface Version {
  readonly version: readonly [number, number];
  readonly executable: string;
}

/** The version of a Python, or why that is unknown. */
function version(program: Program): Promise<Version | string> {
  const options = { timeout: PATIENCE, windowsHide: true, cwd: path.dirname(program.command) };
  return new Promise((answer) => {
    execFile(program.command, [...program.args, "-I", "-c", PRINT_VERSION], options, (error, out, errors) => {
      const [, major, minor, executable] = /^(\d+) (\d+)\r?\n(.+?)\r?\n/.exec(out) ?? [];
      if (major !== undefined && minor !== undefined && executable !== undefined) {
        answer({ version: [Number(major), Number(minor)], executable });
      } else {
        answer(
          /Python \d\S*/.exec(out + errors)?.[0] ??
            (errors.trim().split("\n")[0] || error?.message || "is not a Python"),
        );
      }
    });
  });
}

function isOld([major, minor]: readonly [number, number]): boolean {
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
