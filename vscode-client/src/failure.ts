// What is said when the server cannot run: one message with the reason, and buttons that lead out.
import { commands, env, type LogOutputChannel, type Memento, Uri, window } from "vscode";

const INSTALL_PYTHON = "https://www.python.org/downloads/";
const NO_GIT =
  "Refract finds no git on the PATH. It compares with your migrations all the same, but cannot tell which of them are " +
  "new on your branch, nor what running programs use. Install git, and restart the server.";
const CHOOSE = "Choose an Interpreter";
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
      "Refract needs Python 3.11 or newer, and found none. " +
      "Install it, or name one in the setting refract.interpreter; then restart the server.";
    for (const line of tried) log.error(`Not used: ${line}`);
    say(`${message} ${old(tried)}`.trim(), log, CHOOSE, GET, LOG);
  },

  cannotStart(reason: string, told: string, log: LogOutputChannel): void {
    say(
      `The server of Refract cannot start with ${told}: ${ended(reason)} ${wayOut(reason)}`,
      log,
      RESTART,
      CHOOSE,
      LOG,
    );
  },

  crashes(times: number, reason: string, log: LogOutputChannel): void {
    const message = `The server of Refract has ended ${times} times within three minutes and is not started again.`;
    say(`${message} The last reason: ${ended(reason)}`, log, RESTART, LOG);
  },

  /** Something is missing without which much works. Told once, not in every window. */
  noGit(told: Memento, log: LogOutputChannel): void {
    log.warn(NO_GIT);
    if (told.get(NO_GIT) === true) return;
    void told.update(NO_GIT, true);
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

/** Those that are there but too old, since a person who has Python wonders. */
function old(tried: readonly string[]): string {
  const found = tried.filter((line) => line.includes("Python "));
  return found.length > 0 ? `(Found: ${found.join("; ")}.)` : "";
}

function wayOut(reason: string): string {
  return /Error: /.test(reason) ? "If its files are damaged, install the extension again." : "";
}

function ended(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}
