// Read-only documents that no file holds: SQL that is pending, SQL of a plan, runbooks.
import { type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, window, workspace } from "vscode";

const SCHEME = "refract";

type Source = () => Promise<string | undefined> | string;

export class Documents implements TextDocumentContentProvider, Disposable {
  private readonly sources = new Map<string, Source>();
  private readonly changes = new EventEmitter<Uri>();
  private readonly disposables: Disposable[];

  readonly onDidChange = this.changes.event;

  constructor() {
    this.disposables = [
      workspace.registerTextDocumentContentProvider(SCHEME, this),
      workspace.onDidCloseTextDocument(({ uri }) => this.sources.delete(uri.toString())),
      this.changes,
    ];
  }

  /** The address of a document called `name` (its ending gives the language) about `subject`; `source` is its text. */
  address(name: string, subject: string, source: Source): Uri {
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}`, query: subject });
    this.sources.set(uri.toString(), source);
    this.changes.fire(uri);
    return uri;
  }

  async show(name: string, subject: string, source: Source): Promise<void> {
    const document = await workspace.openTextDocument(this.address(name, subject, source));
    await window.showTextDocument(document, { preview: true });
  }

  /** Ask for the text of every open document again. */
  refresh(): void {
    for (const uri of this.sources.keys()) this.changes.fire(Uri.parse(uri));
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    return (await this.sources.get(uri.toString())?.()) ?? "";
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
