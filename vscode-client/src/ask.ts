// Questions to the person: which project, which plan, which migration, and what a recipe wants to know.
import { type QuickPickItem, window } from "vscode";
import { holds, nameOf, openPlans } from "./overview";
import type { Answers, Migration, Plan, Project, Question } from "./protocol";

/** The project of the file in front, or the only one; else the one that is chosen. */
export async function askProject(projects: readonly Project[]): Promise<Project | undefined> {
  const file = window.activeTextEditor?.document.uri.toString() ?? "";
  const near = projects.find((project) => holds(project, file));
  if (near !== undefined || projects.length === 1) return near ?? projects[0];
  if (projects.length === 0) {
    void window.showInformationMessage("Refract has not read a Prisma schema yet. Open one.");
    return undefined;
  }
  return choose(projects, "Which Schema?", (project) => ({
    label: nameOf(project),
    description: project.pending.summary,
  }));
}

export async function askPlan(project: Project): Promise<Plan | undefined> {
  const plans = openPlans(project);
  if (plans.length === 0) {
    void window.showInformationMessage(
      "There is no open plan. Create one with the light bulb on a finding, or with Refract: New Plan.",
    );
    return undefined;
  }
  return plans.length === 1
    ? plans[0]
    : choose(plans, "Which Plan?", (p) => ({ label: p.title, description: p.status }));
}

/** The newest migration stands first. */
export async function askMigration(project: Project, title: string): Promise<Migration | undefined> {
  if (project.migrations.length === 0) {
    void window.showInformationMessage("There are no migrations yet.");
    return undefined;
  }
  const newestFirst = [...project.migrations].sort((a, b) => b.name.localeCompare(a.name));
  return choose(newestFirst, title, (migration) => ({
    label: migration.name,
    description: migration.new ? "new on this branch" : "",
  }));
}

/** A name out of those suggested, or another that is typed. */
export function askName(suggested: readonly string[]): Promise<string | undefined> {
  return new Promise((answer) => {
    const pick = window.createQuickPick();
    const show = (): void => {
      const typed = pick.value.trim();
      const items = suggested.map((label): QuickPickItem => ({ label }));
      pick.items =
        typed === "" || suggested.includes(typed) ? items : [{ label: typed, description: "as typed" }, ...items];
    };
    pick.title = "Refract: Name of the Migration";
    pick.placeholder = "Choose a suggested name or type another";
    pick.onDidChangeValue(show);
    pick.onDidAccept(() => {
      answer(pick.selectedItems[0]?.label);
      pick.hide();
    });
    pick.onDidHide(() => {
      answer(undefined);
      pick.dispose();
    });
    show();
    pick.show();
  });
}

/** Answers to all questions; undefined as soon as the person leaves one. */
export async function askAll(title: string, questions: readonly Question[]): Promise<Answers | undefined> {
  const answers: Record<string, string> = {};
  for (const [number, question] of questions.entries()) {
    const place = questions.length > 1 ? ` (${number + 1} of ${questions.length})` : "";
    const answer = await askOne(`Refract: ${title}${place}`, question);
    if (answer === undefined) return undefined;
    answers[question.name] = answer;
  }
  return answers;
}

async function askOne(title: string, { text, choices, default: usual }: Question): Promise<string | undefined> {
  if (choices.length > 0) {
    const items = choices.map((label) => ({ label, description: label === usual ? "default" : "" }));
    return (await window.showQuickPick(items, { title, placeHolder: text, ignoreFocusOut: true }))?.label;
  }
  return window.showInputBox({
    title,
    prompt: text,
    ...(usual === null ? {} : { value: usual }),
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim() === "" && usual === null ? "Type an answer. There is no default." : undefined,
  });
}

async function choose<T>(all: readonly T[], title: string, show: (one: T) => QuickPickItem): Promise<T | undefined> {
  const items = all.map((one) => ({ ...show(one), one }));
  return (await window.showQuickPick(items, { title: `Refract: ${title}`, matchOnDescription: true }))?.one;
}
