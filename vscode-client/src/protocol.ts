// What the server answers beyond the language server protocol: the arguments and results of its commands.
import type { Range } from "vscode-languageclient/node";

export type ProjectState = "up to date" | "pending" | "risky";
export type StepState = "done" | "waiting" | "next" | "later";
export type Severity = "error" | "warning" | "info";

export interface Overview {
  readonly projects: readonly Project[];
}

export interface Project {
  readonly schema: string;
  readonly root: string;
  readonly provider: string;
  readonly baseline: string;
  /** What was read: `12 migrations, PostgreSQL, base origin/main`. */
  readonly read: string;
  readonly state: ProjectState;
  /** What the status bar shows. */
  readonly status: string;
  readonly pending: { readonly summary: string; readonly changes: readonly PendingChange[] };
  readonly plans: readonly Plan[];
  readonly migrations: readonly Migration[];
  readonly problems: readonly string[];
}

export interface PendingChange {
  readonly text: string;
  readonly severity: Severity | null;
  readonly location: { readonly uri: string; readonly range: Range } | null;
}

export interface Plan {
  readonly name: string;
  readonly title: string;
  /** For a row that is cut off on the right: `2/5 User.name → title`. */
  readonly label: string;
  readonly uri: string;
  readonly status: string;
  readonly open: boolean;
  readonly step: number | null;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly number: number;
  readonly phase: string;
  readonly title: string;
  readonly state: StepState;
  /** How far its files have come: only in this branch, also in the base branch, deployed. */
  readonly stage: "written" | "merged" | "deployed" | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly check: string;
  readonly limits: readonly string[];
  readonly migrations: readonly PlannedMigration[];
}

/** `uri` is null until the migration has been written. */
export interface PlannedMigration {
  readonly name: string;
  readonly uri: string | null;
  readonly sql: string;
}

export interface Migration {
  readonly name: string;
  readonly uri: string;
  readonly new: boolean;
  readonly severity: Severity | null;
}

export interface Preview {
  readonly summary: string;
  readonly sql: string;
  readonly names: readonly string[];
  readonly command: string;
}

export interface Question {
  readonly name: string;
  readonly text: string;
  readonly default: string | null;
  readonly choices: readonly string[];
  readonly sql: boolean;
}

export interface Recipe {
  readonly name: string;
  readonly summary: string;
  readonly subject: string;
  readonly questions: readonly Question[];
  readonly serves: boolean;
  readonly elsewhere: string;
}

export type Answers = Readonly<Record<string, string>>;

/** What an action carries when its plan needs answers first. Without a finding, only the plan is made. */
export interface Split {
  readonly uri: string;
  readonly finding: string | null;
  readonly recipe: string;
  readonly subject: string;
  readonly answers: Answers;
  readonly questions: readonly Question[];
}

/** The commands that the server runs. A title above a model names them too. */
export const Server = {
  preview: "refract.previewMigration",
  create: "refract.createMigration",
  showFixes: "refract.showFixes",
  showFile: "refract.showFile",
  next: "refract.takeNextStep",
  confirm: "refract.confirmStep",
  back: "refract.takeStepBack",
  abandon: "refract.abandonPlan",
  rollback: "refract.writeRollback",
  runbook: "refract.runbook",
  recipes: "refract.recipes",
  plan: "refract.newPlan",
  overview: "refract.overview",
} as const;

export const OVERVIEW_CHANGED = "refract/overviewChanged";
