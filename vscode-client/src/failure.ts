// The message when the server cannot run: the reason, and buttons with what to do.
import { commands, env, type LogOutputChannel, type Memento, Uri, window } from "vscode";

const INSTALL_PYTHON = "https://www.python.org/downloads/";
const NO_GIT =
  "git is not on the PATH. Without git, Refract cannot tell which migrations are new on your branch, " +
  "or what the deployed version uses. Install git and restart the server.";
const CHOOSE = "Choose a Python Interpreter";
const GET = "Get Python";
const RESTART = "Restart";
const LOG = "Show Log";

const DOES: Readonly<Record<string, () => unknown>> = {
  [CHOOSE]: () => commands.executeCommand("refract.chooseInterpreter"),
  [GET]: () => env.openExternal(Uri.parse(INSTALL_PYTHON)),
  [RESTART]: () => commands.executeCommand("refract.restart"),
  [LOG]: () => commands.executeCommand("refract.showLog"),
};

export const explain = {
  noPython(tried: readonly string[], log: LogOutputChannel): void {
    const message =
      "Refract needs Python 3.11 or newer, but none was found. " +
      "Install Python or set refract.interpreter, then restart the server.";
    for (const line of tried) log.error(`Not used: ${line}`);
    say(`${message} ${old(tried)}`.trim(), log, CHOOSE, GET, LOG);
  },

  cannotStart(reason: string, label: string, log: LogOutputChannel): void {
    say(
      `The Refract server cannot start with ${label}: ${ended(reason)} ${remedy(reason)}`.trim(),
      log,
      RESTART,
      CHOOSE,
      LOG,
    );
  },

  crashes(times: number, reason: string, log: LogOutputChannel): void {
    const message = `The Refract server crashed ${times} times in 3 minutes and will not be restarted.`;
    say(`${message} Last error: ${ended(reason)}`, log, RESTART, LOG);
  },

  /** Something is missing without which much works. Shown once, not in every window. */
  noGit(shown: Memento, log: LogOutputChannel): void {
    log.warn(NO_GIT);
    if (shown.get(NO_GIT) === true) return;
    void shown.update(NO_GIT, true);
    void window.showWarningMessage(NO_GIT);
  },

  /** Why a command did nothing. */
  notRunning(): void {
    void offer(window.showInformationMessage("Refract is not running.", RESTART, LOG));
  },
};

function say(message: string, log: LogOutputChannel, ...buttons: string[]): void {
  log.error(message);
  void offer(window.showErrorMessage(message, ...buttons));
}

async function offer(shown: Thenable<string | undefined>): Promise<void> {
  const button = await shown;
  if (button !== undefined) await DOES[button]?.();
}

/** Pythons that exist but are too old. */
function old(tried: readonly string[]): string {
  const found = tried.filter((line) => line.includes("Python "));
  return found.length > 0 ? `Found ${found.join("; ")}.` : "";
}

function remedy(reason: string): string {
  return /Error: /.test(reason) ? "If its files are damaged, reinstall the extension." : "";
}

function ended(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}
