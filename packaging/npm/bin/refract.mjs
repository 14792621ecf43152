#!/usr/bin/env node
// Runs Refract: with the first Python on the PATH that is new enough, else with the self-contained build for this platform.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as system } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST = [3, 11];
const PATIENCE = 10_000; // milliseconds for a Python to print its version
const NAMES = [["python3"], ["python"], ["py", "-3"], ["python3.14"], ["python3.13"], ["python3.12"], ["python3.11"]];
const MISSING = 2;
const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const [command, ...args] = chosen() ?? missing();
const child = spawn(command, [...args, ...process.argv.slice(2)], { stdio: "inherit", windowsHide: true });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  process.stderr.write(`refract: cannot start ${command} (${error.message})\n`);
  process.exit(MISSING);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (system.signals[signal] ?? 0)));

/** The command that runs Refract, with its first arguments; undefined if there is none. */
function chosen() {
  const python = process.env.REFRACT_PYTHON ? [process.env.REFRACT_PYTHON] : NAMES.map(onPath).find(isNewEnough);
  return python ? [...python, "-I", path.join(ROOT, "bundled", "run.py")] : selfContained();
}

/** A command with the full path of its program. Entries of the PATH that depend on the current folder are left out. */
function onPath([name, ...rest]) {
  const endings = process.platform === "win32" ? [".exe"] : [""];
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  const files = folders.flatMap((folder) => endings.map((ending) => path.join(folder, name + ending)));
  const found = files.find(isProgram);
  return found && [found, ...rest];
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isNewEnough(python) {
  if (!python) {
    return false;
  }
  const [command, ...args] = python;
  const print = [...args, "-I", "-c", "import sys; print(*sys.version_info[:2])"];
  const { stdout } = spawnSync(command, print, { encoding: "utf8", timeout: PATIENCE, windowsHide: true });
  const [major, minor] = (stdout ?? "").trim().split(" ").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The build without Python, from the package for this platform; undefined if npm has not installed one. */
function selfContained() {
  const name = process.platform === "win32" ? "refract.exe" : "refract";
  try {
    const manifest = `prisma-refract-${process.platform}-${process.arch}/package.json`;
    const file = path.join(path.dirname(createRequire(import.meta.url).resolve(manifest)), "refract", name);
    return isProgram(file) ? [file] : undefined;
  } catch {
    return undefined;
  }
}

function missing() {
  process.stderr.write(
    `refract: No Python ${OLDEST.join(".")} or newer was found, and no build for ${process.platform}-${process.arch}. ` +
      "Install Python from https://www.python.org/downloads/, or set REFRACT_PYTHON to the path of one.\n",
  );
  process.exit(MISSING);
}
