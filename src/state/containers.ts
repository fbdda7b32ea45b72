import { ProcessLog } from './process-log.js';

/** Which containers something is about; what is absent or `*` fits all. */
export interface ContainerFilter {
  readonly cluster?: string;
  readonly namespace?: string;
  /** Name of a pod; a `*` at its end stands for any rest. */
  readonly pod?: string;
  readonly container?: string;
}

/** How a command answers. */
export interface CommandScript extends ContainerFilter {
  /** The whole command line, its words joined by spaces. */
  readonly command?: string;
  /** The start of the command line. */
  readonly prefix?: string;
  /** A regular expression for the whole command line. */
  readonly pattern?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Default 0. */
  readonly exitCode?: number;
  /** Milliseconds of the world's clock before it answers. */
  readonly delayMs?: number;
}

/** What a container logs instead of what its image would. */
export interface LogScript extends ContainerFilter {
  readonly lines: readonly string[];
  /** Milliseconds from line to line, over and over from `since` on; absent: all of them once, when the container started. */
  readonly everyMs?: number;
  /** Milliseconds since 1970 from which on lines come one by one. */
  readonly since: number;
}

/** How a port answers, to port-forward and proxy alike. */
export interface PortScript extends Omit<ContainerFilter, 'container'> {
  /** Absent: every port. */
  readonly port?: number;
  /** A server to hand connections to, `host:port`. */
  readonly to?: string;
  /** Raw bytes, told to whoever connects. */
  readonly bytes?: string;
  /** An HTTP answer; default status 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What becomes of a container instead of running on. One of `missing` and `exitCode`. */
export interface FateScript extends ContainerFilter {
  /** Its image; a `*` at its end stands for any rest. */
  readonly image?: string;
  /** True: the image cannot be pulled. */
  readonly missing?: true;
  /** The code it ends with. */
  readonly exitCode?: number;
  /** Milliseconds it runs before it ends; absent: it ends as soon as it has started. */
  readonly afterMs?: number;
}

/** Something in a container's file system. */
export type FileNode =
  | { readonly kind: 'file'; readonly data: Buffer; readonly mode: number; readonly at: number }
  | { readonly kind: 'folder'; readonly mode: number; readonly at: number }
  | { readonly kind: 'link'; readonly target: string; readonly at: number }
  | { readonly kind: 'gone' };

/** Files written into a container, by absolute path, over what its image and volumes hold. */
export type WrittenFiles = ReadonlyMap<string, FileNode>;

/** Logs of processes kept; the oldest are forgotten first. */
const keptLogs = 500;

/** What is in the containers of a world, and how their commands, logs and ports answer. */
export class Containers {
  #commands: readonly CommandScript[] = [];
  #logs: readonly LogScript[] = [];
  #ports: readonly PortScript[] = [];
  #fates: readonly FateScript[] = [];
  readonly #files: Map<string, Map<string, FileNode>>;
  readonly #held = new Map<string, number>();
  /** Files that a fork may be reading as well. */
  readonly #shared = new Set<string>();
  /** What processes have written, by container and run. */
  readonly #output = new Map<string, ProcessLog>();

  constructor(files: Map<string, Map<string, FileNode>> = new Map<string, Map<string, FileNode>>()) {
    this.#files = files;
    for (const key of files.keys()) this.#shared.add(key);
  }

  /** Adds how a command answers; the latest that fits wins. */
  addCommand(script: CommandScript): void {
    this.#commands = [script, ...this.#commands];
  }

  /** Adds what containers log; the latest that fits wins. */
  addLog(script: LogScript): void {
    this.#logs = [script, ...this.#logs];
  }

  /** Adds how ports answer; the latest that fits wins. */
  addPort(script: PortScript): void {
    this.#ports = [script, ...this.#ports];
  }

  /** Adds what becomes of containers; the latest that fits wins. */
  addFate(script: FateScript): void {
    this.#fates = [script, ...this.#fates];
  }

  /** What is to become of a container of an image. */
  fateFor(place: Required<ContainerFilter>, image: string): FateScript | undefined {
    return this.#fates.find((script) => fits(script, place) && isLike(image, script.image));
  }

  /** The answer configured for a command line. */
  commandFor(place: Required<ContainerFilter>, line: string): CommandScript | undefined {
    return this.#commands.find((script) => fits(script, place) && matches(script, line));
  }

  /** The lines configured for a container. */
  logFor(place: Required<ContainerFilter>): LogScript | undefined {
    return this.#logs.find((script) => fits(script, place));
  }

  /** The answer configured for a port. */
  portFor(place: Omit<Required<ContainerFilter>, 'container'>, port: number): PortScript | undefined {
    return this.#ports.find(
      (script) => fits(script, { ...place, container: '' }) && (script.port ?? port) === port,
    );
  }

  /** What was written into a container. @param key Names it for good: cluster, uid of the pod, container */
  written(key: string): WrittenFiles {
    return this.#files.get(key) ?? new Map<string, FileNode>();
  }

  /** Writes into a container. */
  write(key: string, path: string, node: FileNode): void {
    let files = this.#files.get(key);
    if (files === undefined || this.#shared.delete(key)) this.#files.set(key, (files = new Map(files)));
    files.set(path, node);
  }

  /**
   * Starts the log of a process.
   *
   * @param key Names its container for good: cluster, uid of the pod, container
   * @param run How often the container was restarted before
   */
  startLog(key: string, run: number): ProcessLog {
    const log = new ProcessLog();
    this.#output.set(`${key}/${String(run)}`, log);
    for (const oldest of this.#output.keys()) {
      if (this.#output.size <= keptLogs) break;
      this.#output.delete(oldest);
    }
    return log;
  }

  /** The log of a run of a container whose process was really run; `undefined` for all others. */
  logOf(key: string, run: number): ProcessLog | undefined {
    return this.#output.get(`${key}/${String(run)}`);
  }

  /** Tells that a session uses something. @returns what ends that: true when it was the last one */
  hold(key: string): () => boolean {
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#held.get(key) ?? 1) - 1;
      if (left > 0) this.#held.set(key, left);
      else this.#held.delete(key);
      return left <= 0;
    };
  }

  /** An independent copy; files are shared until first written to. */
  fork(): Containers {
    for (const key of this.#files.keys()) this.#shared.add(key);
    const copy = new Containers(new Map(this.#files));
    copy.#commands = this.#commands;
    copy.#logs = this.#logs;
    copy.#ports = this.#ports;
    copy.#fates = this.#fates;
    for (const [key, log] of this.#output) if (log.ended) copy.#output.set(key, log);
    return copy;
  }
}

function fits(filter: ContainerFilter, place: Required<ContainerFilter>): boolean {
  return (['cluster', 'namespace', 'pod', 'container'] as const).every((key) => {
    return isLike(place[key], filter[key]);
  });
}

function isLike(name: string, wanted = '*'): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

function matches({ command, prefix, pattern }: CommandScript, line: string): boolean {
  if (command !== undefined) return line === command;
  if (prefix !== undefined) return line.startsWith(prefix);
  return pattern !== undefined && new RegExp(`^(?:${pattern})$`, 's').test(line);
}
