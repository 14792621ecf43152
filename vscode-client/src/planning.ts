// A new plan: which recipe, about what, and what the recipe wants to know; then the server writes it.
import { window } from "vscode";
import { askAll, askProject } from "./ask";
import { explain } from "./failure";
import type { Overviews } from "./overview";
import { type Answers, type Project, type Recipe, Server as Remote, type Split } from "./protocol";
import type { Server } from "./server";
import { subjects } from "./subjects";

interface Wish {
  readonly recipe: string;
  readonly subject: string;
  readonly answers: Answers;
  readonly finding: string | null;
}

export async function newPlan(server: Server, overviews: Overviews): Promise<void> {
  if (server.state !== "running") return explain.notRunning();
  const project = await askProject(overviews.projects);
  if (project === undefined) return;
  const recipe = await askRecipe((await server.ask<Recipe[]>(Remote.recipes, project.schema)) ?? []);
  if (recipe === undefined) return;
  const subject = await askSubject(recipe, project);
  if (subject === undefined) return;
  const answers = await askAll(`${recipe.name} ${subject}`, recipe.questions);
  if (answers === undefined) return;
  await make(server, project.schema, { recipe: recipe.name, subject, answers, finding: null });
}

/** An action has found what to split, and lacks answers. */
export async function askAndSplit(server: Server, split: Split): Promise<void> {
  const answers = await askAll(`${split.recipe} ${split.subject}`, split.questions);
  if (answers === undefined) return;
  const { uri, recipe, subject, finding } = split;
  await make(server, uri, { recipe, subject, finding, answers: { ...split.answers, ...answers } });
}

async function make(server: Server, uri: string, wish: Wish): Promise<void> {
  await server.ask(Remote.plan, uri, wish);
}

/** Recipes that cannot be followed on the project's database are not offered. */
async function askRecipe(recipes: readonly Recipe[]): Promise<Recipe | undefined> {
  const items = recipes
    .filter(({ serves }) => serves)
    .map((recipe) => ({ label: recipe.name, description: `of a ${recipe.subject}`, detail: recipe.summary, recipe }));
  const options = { title: "Refract: Which Change?", matchOnDetail: true };
  return (await window.showQuickPick(items, options))?.recipe;
}

async function askSubject(recipe: Recipe, project: Project): Promise<string | undefined> {
  const title = `Refract: ${recipe.name}, Which ${recipe.subject}?`;
  return window.showQuickPick(await subjects(project, recipe.subject), { title });
}
