// A sample project to try things on: a copy in the extension's own storage, opened in a new window.
import { commands, type ExtensionContext, Uri, workspace } from "vscode";

const SAMPLE = ["bundled", "sample"];

/** Each time another copy: what was tried in an earlier one stays there. */
export async function openSample({ extensionUri, globalStorageUri }: ExtensionContext): Promise<void> {
  const copy = Uri.joinPath(globalStorageUri, "samples", String(Date.now()));
  await workspace.fs.copy(Uri.joinPath(extensionUri, ...SAMPLE), copy);
  await commands.executeCommand("vscode.openFolder", copy, { forceNewWindow: true });
}
