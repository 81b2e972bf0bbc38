/** Lets the stock agent library run where the browser has no shared workers to give: every page then has a worker of its own. */

interface PageScope {
  SharedWorker?: unknown;
  Worker: typeof Worker;
  localStorage: Storage;
}

/**
 * Puts a worker of the page's own in the place of shared workers, where there are none: on some phones, and in frames of
 * another site's page where the browser withholds whatever pages could share, which shows in the storage.
 */
export function installOwnWorker(scope: PageScope): void {
  if (scope.SharedWorker !== undefined && mayShare(scope)) return;
  scope.SharedWorker = class {
    readonly port: MessagePort;
    private readonly worker: Worker;
    constructor(url: string | URL) {
      const channel = new MessageChannel();
      this.port = channel.port1;
      this.worker = new scope.Worker(url);
      this.worker.postMessage("connect", [channel.port2]);
    }
  };
}

function mayShare(scope: PageScope): boolean {
  try {
    return scope.localStorage !== null;
  } catch {
    return false;
  }
}

interface WorkerScope {
  onconnect?: ((event: { ports: readonly MessagePort[] }) => void) | null;
  onmessage?: ((event: MessageEvent) => void) | null;
}

/**
 * The worker's side: takes the page's port where the script is not run as a shared worker. The body must stay
 * self-contained: the build prints it into the worker script.
 */
export function serveOwnPage(scope: WorkerScope): void {
  if ("onconnect" in scope) return;
  scope.onmessage = ({ ports }) => scope.onconnect?.({ ports });
}
