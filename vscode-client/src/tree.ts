// The tree in the side bar: of each project what is pending, its plans with their steps, and migrations not deployed yet.
import {
  type Command,
  EventEmitter,
  MarkdownString,
  Range,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  window,
} from "vscode";
import type { Range as LspRange } from "vscode-languageclient/node";
import { isPending, nameOf, type Overviews } from "./overview";
import type { Migration, PendingChange, Plan, PlannedMigration, Project, Severity, Step, StepState } from "./protocol";

export type Node =
  | { readonly kind: "project"; readonly project: Project }
  | { readonly kind: "pending"; readonly project: Project }
  | { readonly kind: "change"; readonly project: Project; readonly change: PendingChange }
  | { readonly kind: "plan"; readonly project: Project; readonly plan: Plan }
  | { readonly kind: "step"; readonly project: Project; readonly plan: Plan; readonly step: Step }
  | { readonly kind: "planned"; readonly project: Project; readonly plan: Plan; readonly migration: PlannedMigration }
  | { readonly kind: "migrations"; readonly project: Project }
  | { readonly kind: "migration"; readonly project: Project; readonly migration: Migration }
  | { readonly kind: "problem"; readonly project: Project; readonly problem: string };

const { None, Collapsed, Expanded } = TreeItemCollapsibleState;

export function tree(overviews: Overviews): TreeView<Node> {
  const changed = new EventEmitter<undefined>();
  const provider: TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: item,
    getChildren: (node) => (node === undefined ? roots(overviews.projects) : children(node)),
  };
  const view = window.createTreeView("refract.overview", { treeDataProvider: provider, showCollapseAll: true });
  overviews.onDidChange(() => {
    const pending = overviews.projects.reduce((sum, { pending }) => sum + pending.changes.length, 0);
    view.badge =
      pending > 0 ? { value: pending, tooltip: `${pending} pending change${pending === 1 ? "" : "s"}` } : undefined;
    changed.fire(undefined);
  });
  return view;
}

/** A workspace of one project shows its content without a project node. */
function roots(projects: readonly Project[]): Node[] {
  const [first, second] = projects;
  if (first === undefined) return [];
  return second === undefined ? parts(first) : projects.map((project) => ({ kind: "project", project }));
}

function children(node: Node): Node[] {
  const { project } = node;
  switch (node.kind) {
    case "project":
      return parts(project);
    case "pending":
      return project.pending.changes.map((change) => ({ kind: "change", project, change }));
    case "plan":
      return node.plan.steps.map((step) => ({ kind: "step", project, plan: node.plan, step }));
    case "step":
      return node.step.migrations.map((migration) => ({ kind: "planned", project, plan: node.plan, migration }));
    case "migrations":
      return newMigrations(project).map((migration) => ({ kind: "migration", project, migration }));
    default:
      return [];
  }
}

function parts(project: Project): Node[] {
  return [
    ...project.problems.map((problem): Node => ({ kind: "problem", project, problem })),
    { kind: "pending", project },
    ...[...project.plans].sort(openFirst).map((plan): Node => ({ kind: "plan", project, plan })),
    ...(newMigrations(project).length > 0 ? [{ kind: "migrations", project } as const] : []),
  ];
}

function newMigrations(project: Project): Migration[] {
  return project.migrations.filter((migration) => migration.new);
}

function openFirst(a: Plan, b: Plan): number {
  return Number(b.open) - Number(a.open) || a.title.localeCompare(b.title);
}

function item(node: Node): TreeItem {
  switch (node.kind) {
    case "project":
      return make(nameOf(node.project), "database", Expanded, { description: node.project.pending.summary });
    case "pending":
      return pending(node.project);
    case "change":
      return change(node.change);
    case "plan":
      return plan(node.plan);
    case "step":
      return step(node.step, node.plan);
    case "planned":
      return planned(node.migration);
    case "migrations":
      return make("Migrations on this branch", "versions", Expanded, {
        description: String(newMigrations(node.project).length),
      });
    case "migration":
      return make(node.migration.name, icon(node.migration.severity) ?? "file-code", None, {
        contextValue: "migration",
        command: open(node.migration.uri),
      });
    case "problem":
      return make(node.problem, new ThemeIcon("error", new ThemeColor("list.errorForeground")), None, {
        tooltip: node.problem,
      });
  }
}

function pending(project: Project): TreeItem {
  const { summary } = project.pending;
  const label = summary.charAt(0).toUpperCase() + summary.slice(1);
  if (!isPending(project)) {
    return make(label, "circle-small", None, {
      description: project.read,
      tooltip: `Compared with ${project.baseline}. Press Ctrl+. on a field to rename, retype or remove it safely.`,
    });
  }
  return make(label, / risky$/.test(summary) ? warning() : "git-commit", Expanded, {
    contextValue: "pending",
    tooltip: `Compared with ${project.baseline}`,
  });
}

function change({ text, severity, location }: PendingChange): TreeItem {
  return make(text, icon(severity) ?? "circle-small", None, {
    tooltip: severity === null ? `${text} (no known risk)` : text,
    ...(location === null ? {} : { command: open(location.uri, location.range) }),
  });
}

/** The mark of a finding; nothing without one: only what is done is ticked. */
function icon(severity: Severity | null): ThemeIcon | undefined {
  switch (severity) {
    case "error":
      return new ThemeIcon("error", new ThemeColor("problemsErrorIcon.foreground"));
    case "warning":
      return warning();
    case "info":
      return new ThemeIcon("info", new ThemeColor("problemsInfoIcon.foreground"));
    default:
      return undefined;
  }
}

function plan(of: Plan): TreeItem {
  const done = of.steps.filter(({ state }) => state === "done").length;
  return make(of.label, "checklist", of.open ? Expanded : Collapsed, {
    description: of.status,
    contextValue: of.open ? `plan-${inHand(of)}${done > 0 ? "-begun" : ""}` : "plan-closed",
    tooltip: `${of.title}: ${of.status}`,
  });
}

/** What is to be done with an open plan: take the next step, confirm one, or (a step without migrations) either. */
function inHand(of: Plan): "next" | "waiting" | "either" {
  const step = of.steps.find(({ state }) => state === "next" || state === "waiting");
  if (step?.state === "waiting") return "waiting";
  return step?.migrations.length === 0 ? "either" : "next";
}

const STEP_ICONS: Readonly<Record<StepState, () => ThemeIcon>> = {
  done: () => new ThemeIcon("pass-filled", new ThemeColor("testing.iconPassed")),
  waiting: () => new ThemeIcon("watch", new ThemeColor("charts.yellow")),
  next: () => new ThemeIcon("arrow-circle-right", new ThemeColor("charts.blue")),
  later: () => new ThemeIcon("circle-outline"),
};

/** A tick is for what is deployed: a step that is only written or merged has a mark of its own. */
function stepIcon({ state, stage }: Step): ThemeIcon {
  if (state === "done" && stage === "written") return new ThemeIcon("git-branch");
  if (state === "done" && stage === "merged") return new ThemeIcon("git-merge");
  return STEP_ICONS[state]();
}

function step(of: Step, { open }: Plan): TreeItem {
  const isInHand = open && (of.state === "next" || of.state === "waiting");
  const done = of.state === "done" && of.stage !== null ? `${of.phase}, ${of.stage}` : of.phase;
  return make(
    `${of.number}. ${of.title.replaceAll("`", "")}`,
    stepIcon(of),
    of.migrations.length === 0 ? None : Collapsed,
    {
      description: isInHand ? `${of.phase}, ${of.state === "next" ? "next" : "waits for you to deploy"}` : done,
      tooltip: stepTooltip(of),
    },
  );
}

function stepTooltip(step: Step): MarkdownString {
  const text = new MarkdownString(`**${step.number}. ${step.title}** (${step.phase}, ${step.state})`);
  for (const limit of step.limits) text.appendMarkdown(`\n\n${limit}`);
  const deploy = step.migrations.length === 0 ? [] : ["Deploy the migrations."];
  const acts = [...step.before, ...deploy, ...step.after];
  text.appendMarkdown(`\n\n${acts.map((act, index) => `${index + 1}. ${act}`).join("\n")}`);
  if (step.check) text.appendMarkdown("\n\nThis must return 0:").appendCodeblock(step.check, "sql");
  return text;
}

function planned({ name, uri, sql }: PlannedMigration): TreeItem {
  const tooltip = new MarkdownString().appendCodeblock(sql, "sql");
  if (uri === null)
    return make(name, "file", None, { description: "not written yet", contextValue: "planned", tooltip });
  return make(name, "file-code", None, { contextValue: "planned-written", command: open(uri), tooltip });
}

function warning(): ThemeIcon {
  return new ThemeIcon("warning", new ThemeColor("problemsWarningIcon.foreground"));
}

function make(
  label: string,
  icon: string | ThemeIcon,
  state: TreeItemCollapsibleState,
  rest: Pick<TreeItem, "description" | "tooltip" | "contextValue" | "command">,
): TreeItem {
  return Object.assign(
    new TreeItem(label, state),
    { iconPath: typeof icon === "string" ? new ThemeIcon(icon) : icon },
    rest,
  );
}

function open(uri: string, range?: LspRange): Command {
  const selection = range && new Range(range.start.line, range.start.character, range.end.line, range.end.character);
  return { title: "Open", command: "vscode.open", arguments: [Uri.parse(uri), selection ? { selection } : {}] };
}
