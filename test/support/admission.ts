/** A controller for admission and sweeps: parameters that tests edit, and everything that is kept, sent, told and counted. */
import type { Actor } from '../../shared/controller/change.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import type { Outgoing } from '../../shared/controller/message.ts';
import type { Controller, Edit, Freeze, MetricName, StoredDocument } from '../../shared/controller/ports.ts';
import type { Story } from '../../shared/controller/story.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import { memoryLedger } from './memory-ledger.ts';

/** Lets the process die at one of its calls: nothing it sends from then on gets through, until it is started again. */
export interface Mortal {
  /** Calls so far. */
  calls: number;
  /** 1: the first call from now on. `after`: it gets through, and its answer does not. */
  die?: { readonly at: number; readonly when: 'before' | 'after' } | undefined;
}

export class Dead extends Error {
  override readonly name = 'Dead';
}

const reads =
  /^(documents|replications|groups|index|groupsOn|group|statuses|flows|pauses|contests|repairs|outages|seen|actorOf|fleet|heartbeats|untoldStories)$/;

export interface Hub {
  readonly c: Controller;
  readonly ledger: Ledger;
  readonly mortal: Mortal;
  /** Puts a document; a value is written as JSON. @returns its version */
  put(name: string, text: unknown): number;
  remove(name: string): void;
  readonly sent: Outgoing[];
  readonly stories: Story[];
  readonly counted: Map<MetricName, number[]>;
  /** Whoever is asked for. */
  readonly edits: Edit[];
  readonly waited: number[];
  readonly logged: { readonly level: string; readonly message: string; readonly keys?: object }[];
  /** Writes to the ledger since this was last asked; its lease left out. */
  writes(): readonly string[];
  advance(seconds: number): void;
  editor: Actor | undefined;
  freeze: Freeze | undefined;
}

export interface HubOptions {
  readonly ledger?: Ledger;
  readonly observer?: AwsGateway;
}

const unused: AwsGateway = {
  send: () => {
    throw new Error('no call was expected');
  },
};

/** The same object, through calls that the process may die at. */
function mortally<T extends object>(mortal: Mortal, target: T, onCall: (name: string) => void = () => {}): T {
  async function call<A>(work: () => Promise<A>): Promise<A> {
    mortal.calls += 1;
    const left = mortal.die === undefined ? 1 : mortal.die.at - mortal.calls;
    if (left < 0 || (left === 0 && mortal.die?.when === 'before')) throw new Dead('gone');
    const answer = await work();
    if (left === 0) throw new Dead('gone');
    return answer;
  }
  return new Proxy(target, {
    get:
      (on, name) =>
      (...given: unknown[]) =>
        call(async () => {
          onCall(String(name));
          return (on[name as keyof T] as (...given: unknown[]) => unknown)(...given);
        }),
  });
}

export function newHub({ ledger = memoryLedger(), observer = unused }: HubOptions = {}): Hub {
  const parameters = new Map<string, StoredDocument>();
  let now = Date.parse('2026-03-01T12:00:00Z');
  let writes: string[] = [];
  const mortal: Mortal = { calls: 0 };
  const guarded = <T extends object>(target: T, onCall?: (name: string) => void): T => mortally(mortal, target, onCall);
  const hub: Omit<Hub, 'c'> = {
    ledger,
    mortal,
    put(name, text) {
      const version = (parameters.get(name)?.version ?? 0) + 1;
      const written = typeof text === 'string' ? text : JSON.stringify(text, null, 2);
      parameters.set(name, { name, text: written, version, modified: new Date(now).toISOString() });
      return version;
    },
    remove: (name) => void parameters.delete(name),
    sent: [],
    stories: [],
    counted: new Map(),
    edits: [],
    waited: [],
    logged: [],
    writes() {
      const done = writes.filter((name) => name !== 'lease' && name !== 'release');
      writes = [];
      return done;
    },
    advance(seconds) {
      now += seconds * 1000;
    },
    editor: undefined,
    freeze: undefined,
  };
  const log = (level: string) => (message: string, keys?: object) =>
    void hub.logged.push({ level, message, ...(keys && { keys }) });
  const c: Controller = {
    ledger: guarded(ledger, (name) => void (reads.test(name) || writes.push(name))),
    queue: guarded({ send: async (messages: readonly Outgoing[]) => void hub.sent.push(...messages) }),
    desiredState: guarded({ documents: async () => [...parameters.values()], freeze: async () => hub.freeze }),
    notifier: guarded({ tell: async (story: Story) => void hub.stories.push(story) }),
    metrics: { add: (name, value) => void hub.counted.set(name, [...(hub.counted.get(name) ?? []), value]) },
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    settings: { mode: 'repair', budgetPercent: 25, budgetMinimum: 5, contestedRepairs: 3, reserveSeconds: 10 },
    ours: { observerRole: 'lockstep-observer', healerRole: 'lockstep-healer' },
    observer,
    healer: unused,
    editorOf: async (edit) => {
      hub.edits.push(edit);
      return hub.editor;
    },
    now: () => new Date(now),
    wait: async (seconds) => {
      hub.waited.push(seconds);
      now += seconds * 1000;
    },
    random: () => 0.5,
  };
  return Object.assign(hub, { c });
}

/** Everything the ledger holds that admission writes. */
export async function contentsOf(ledger: Ledger) {
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    documents: (await ledger.documents()).toSorted(byName),
    replications: (await ledger.replications()).toSorted((a, b) => byName(a.replication, b.replication)),
    groups: (await ledger.groups()).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    index: Object.fromEntries([...(await ledger.index())].sort()),
  };
}

/** Groups that messages ask about: copies of one message are one. */
export const groupsAsked = (sent: readonly Outgoing[]): readonly string[] =>
  [...new Map(sent.map((one) => [one.deduplication, one.message.group])).values()].sort();
