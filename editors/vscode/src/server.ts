import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { CloseAction, LanguageClient, type LanguageClientOptions, ResponseError, RevealOutputChannelOn, State } from 'vscode-languageclient/node';
import { find, Unusable, version } from './program.ts';

/** The scheme of the text in a signed or binary profile: the server gives it for the address of the file. */
export const contentScheme = 'syncguard-content';

/** What the server is asked about. Other files of these kinds it leaves alone. */
const selector = [
  { scheme: 'file', pattern: '**/*.mobileconfig' },
  { scheme: 'file', pattern: '**/*.plist' },
  { scheme: 'file', language: 'yaml' },
  { scheme: 'file', language: 'json' },
  { scheme: contentScheme },
];

const tooOld = 'the program is too old for this; install a newer one.';

/** The language server: it is started once there is something for it, and again on demand. */
export class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('syncguard', { log: true });
  private client: LanguageClient | undefined;
  private wanted = false;
  private work: Promise<void> = Promise.resolve();
  private readonly started = new vscode.EventEmitter<void>();
  readonly onDidStart = this.started.event;
  private readonly status = vscode.languages.createLanguageStatusItem('syncguard', selector);

  constructor() {
    this.status.name = 'syncguard';
    this.status.command = { command: 'syncguard.showLog', title: 'Show log' };
  }

  /** Starts the server unless it was before. */
  start(): Promise<void> {
    if (this.wanted) {
      return this.work;
    }
    return this.restart();
  }

  /** Stops the server if there is one, and starts it with the settings of now. */
  restart(): Promise<void> {
    this.wanted = true;
    this.work = this.work.then(() => this.renew());
    return this.work;
  }

  get isWanted(): boolean {
    return this.wanted;
  }

  /**
   * Asks for a page about a text, or a key in it: empty if the server has none, undefined if it does not answer, of which the
   * person is told.
   */
  async page(method: string, uri: vscode.Uri, position?: vscode.Position): Promise<string | undefined> {
    await this.start();
    const client = this.client;
    if (client === undefined) {
      return undefined;
    }
    const textDocument = { uri: client.code2ProtocolConverter.asUri(uri) };
    try {
      const answer = await client.sendRequest<{ html: string } | null>(method, { textDocument, position });
      return answer?.html ?? '';
    } catch (error) {
      const isOld = error instanceof ResponseError && error.code === -32601;
      const message = error instanceof Error ? error.message : String(error);
      this.log.error(`${method}: ${message}`);
      void vscode.window.showErrorMessage(`syncguard: ${isOld ? tooOld : message}`);
      return undefined;
    }
  }

  /** Opens the text in a signed or binary profile, read-only, in the editor in front. */
  async openContent(uri: vscode.Uri): Promise<void> {
    await this.start();
    const can = this.client?.initializeResult?.capabilities.workspace?.textDocumentContent;
    if (can !== undefined) {
      await vscode.commands.executeCommand('vscode.open', uri.with({ scheme: contentScheme }));
    } else if (this.client !== undefined) {
      void vscode.window.showErrorMessage(`syncguard: ${tooOld}`);
    }
  }

  /** Returns the path of the program; undefined for none, of which the person is told. */
  async program(): Promise<string | undefined> {
    try {
      return await find(surroundings());
    } catch (error) {
      void this.fail(error);
      return undefined;
    }
  }

  private async renew(): Promise<void> {
    await this.stop();
    this.show('starting', undefined, true);
    try {
      const program = await find(surroundings());
      const named = await version(program);
      this.log.info(`starting ${program}, syncguard ${named}`);
      this.client = this.newClient(program, named);
      await this.client.start();
      this.show(named);
    } catch (error) {
      this.client = undefined;
      void this.fail(error);
    }
  }

  private newClient(program: string, named: string): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: selector,
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: vscode.workspace.getConfiguration('syncguard'),
      synchronize: { configurationSection: 'syncguard' },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (error, message, count) => usual.error(error, message, count),
        closed: async () => {
          const result = await usual.closed();
          if (result.action === CloseAction.DoNotRestart) {
            void this.fail(new Unusable('The server ended again and again. The log has what it said last.'));
          }
          return { ...result, handled: true };
        },
      },
    };
    const client = new LanguageClient('syncguard', 'syncguard', { command: program, args: ['lsp'] }, options);
    const usual = client.createDefaultErrorHandler();
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.show(named);
        this.started.fire();
      }
    });
    return client;
  }

  private show(text: string, severity = vscode.LanguageStatusSeverity.Information, busy = false): void {
    this.status.text = `syncguard ${text}`;
    this.status.severity = severity;
    this.status.busy = busy;
  }

  private async fail(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    this.log.error(message);
    this.show('is not running', vscode.LanguageStatusSeverity.Error);
    const isPath = error instanceof Unusable;
    const choices = isPath ? ['Open settings', 'Try again', 'Show log'] : ['Try again', 'Show log'];
    const choice = await vscode.window.showErrorMessage(`syncguard: ${message}`, ...choices);
    switch (choice) {
      case 'Open settings':
        await vscode.commands.executeCommand('workbench.action.openSettings', 'syncguard.path');
        break;
      case 'Try again':
        await this.restart();
        break;
      case 'Show log':
        this.log.show();
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.log.warn(`stopping the server: ${String(error)}`);
    }
  }

  async dispose(): Promise<void> {
    await this.stop();
    this.status.dispose();
    this.log.dispose();
  }
}

function surroundings(): Parameters<typeof find>[0] {
  return {
    setting: vscode.workspace.getConfiguration('syncguard').get('path', 'syncguard'),
    folders: (vscode.workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === 'file').map((f) => f.uri.fsPath),
    trusted: vscode.workspace.isTrusted,
    home: homedir(),
    env: process.env,
    platform: process.platform,
  };
}
