// The item in the status bar: whether the schema has pending changes.
import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from "vscode";
import { holds, nameOf, type Overviews, openPlans } from "./overview";
import type { Project, ProjectState } from "./protocol";
import type { Server } from "./server";

const RANK: Readonly<Record<ProjectState, number>> = { "up to date": 0, pending: 1, risky: 2 };
const ICON: Readonly<Record<ProjectState, string>> = {
  "up to date": "check",
  pending: "git-commit",
  risky: "warning",
};

export function statusBar(server: Server, overviews: Overviews): Disposable[] {
  const item = window.createStatusBarItem("refract.status", StatusBarAlignment.Left, 10);
  item.name = "Refract";
  const update = (): void => {
    const shown = server.state === "running" ? running(overviews.projects) : notRunning(server.state);
    if (shown === undefined) {
      item.hide();
      return;
    }
    item.text = shown.text;
    item.tooltip = shown.tooltip;
    item.command = shown.command;
    item.backgroundColor = shown.alarm ? new ThemeColor("statusBarItem.warningBackground") : undefined;
    item.show();
  };
  update();
  return [
    item,
    server.onDidChangeState(update),
    overviews.onDidChange(update),
    window.onDidChangeActiveTextEditor(update),
  ];
}

interface Shown {
  readonly text: string;
  readonly tooltip: string | MarkdownString;
  readonly command: string;
  readonly alarm?: boolean;
}

function notRunning(state: "starting" | "stopped"): Shown {
  return state === "starting"
    ? { text: "$(sync~spin) Refract", tooltip: "Refract is starting", command: "refract.showLog" }
    : {
        text: "$(circle-slash) Refract",
        tooltip: "Refract is not running. Select to show the log.",
        command: "refract.showLog",
      };
}

/** The project of the file in front; else the one that needs most attention. */
function running(projects: readonly Project[]): Shown | undefined {
  const file = window.activeTextEditor?.document.uri.toString() ?? "";
  const worst = [...projects].sort((a, b) => RANK[b.state] - RANK[a.state])[0];
  const project = projects.find((p) => holds(p, file)) ?? worst;
  if (project === undefined) return undefined;
  return {
    text: `$(${ICON[project.state]}) Refract: ${project.status}`,
    tooltip: tooltip(projects),
    command: "refract.overview.focus",
    alarm: project.state === "risky",
  };
}

function tooltip(projects: readonly Project[]): MarkdownString {
  const lines = projects.flatMap((project) => [
    `**${nameOf(project)}**: ${project.pending.summary}`,
    ...(project.read === "" ? [] : [`Read: ${project.read}`]),
    ...project.migrations
      .filter(({ severity }) => severity === "error")
      .map(({ name }) => `- Risky migration: ${name}`),
    ...openPlans(project).map((plan) => `- ${plan.title}: ${plan.status}`),
  ]);
  const hint = "Press Ctrl+. on a field to rename, retype or remove it safely.";
  return new MarkdownString([...lines, hint].join("\n\n"));
}
