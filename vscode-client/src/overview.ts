// The last overview of all projects from the server, for the status bar, the tree and the commands.
import { commands, type Disposable, EventEmitter, Uri, workspace } from "vscode";
import { type Overview, type Plan, type Project, Server as Remote } from "./protocol";
import type { Server } from "./server";

const MOST = 20; // schemas that are read before one of their files is open
const NOT_OURS = "**/{node_modules,.git,dist,build}/**";

export class Overviews implements Disposable {
  private current: readonly Project[] = [];
  private asked = 0;
  private readonly changes = new EventEmitter<void>();
  private readonly disposables: Disposable[];

  readonly onDidChange = this.changes.event;

  constructor(private readonly server: Server) {
    this.disposables = [
      server.onDidChangeState(() => void this.refresh()),
      server.onDidChangeOverview(() => void this.refresh()),
      this.changes,
    ];
  }

  get projects(): readonly Project[] {
    return this.current;
  }

  /** Ask the server anew; of several questions only the last one's answer counts. */
  async refresh(): Promise<void> {
    this.asked += 1;
    const question = this.asked;
    const found = this.server.state === "running" ? await this.ask() : [];
    if (question !== this.asked) return;
    this.current = found;
    void commands.executeCommand("setContext", "refract.read", found.length > 0);
    void commands.executeCommand("setContext", "refract.planned", found.some(hasPlans));
    void commands.executeCommand("setContext", "refract.pending", found.some(isPending));
    this.changes.fire();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async ask(): Promise<readonly Project[]> {
    const opened = await this.server.ask<Overview>(Remote.overview);
    const projects = [...(opened?.projects ?? [])];
    for (const uri of await schemas()) {
      if (projects.some((project) => holds(project, uri))) continue;
      const found = await this.server.ask<Overview>(Remote.overview, uri);
      projects.push(...(found?.projects ?? []).filter((p) => !projects.some((known) => known.schema === p.schema)));
    }
    return projects.sort((a, b) => a.schema.localeCompare(b.schema));
  }
}

export function openPlans(project: Project): readonly Plan[] {
  return project.plans.filter((plan) => plan.open);
}

export function isPending(project: Project): boolean {
  return project.pending.changes.length > 0;
}

/** Whether the file at `uri` is the project's schema, or in the folder of its schema. */
export function holds(project: Project, uri: string): boolean {
  return uri === project.schema || uri.startsWith(`${project.schema.replace(/\/[^/]*\.prisma$/, "")}/`);
}

/** What the project is called: where its schema is in the workspace, without what is so everywhere. */
export function nameOf(project: Project): string {
  const place = workspace.asRelativePath(Uri.parse(project.schema));
  return place.replace(/\/?(prisma\/)?schema\.prisma$/, "") || place;
}

async function schemas(): Promise<readonly string[]> {
  const found = await workspace.findFiles("**/schema.prisma", NOT_OURS, MOST);
  return found.map(String).sort();
}

function hasPlans(project: Project): boolean {
  return project.plans.length > 0;
}
