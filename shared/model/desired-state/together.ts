/**
 * What replications must agree on where they meet, whichever documents they come from.
 *
 * Each replication makes claims. Two that claim different things about one subject, or the same thing that only one can have, are in conflict;
 * the one that came first stays.
 */
import { bucketArn } from '../arn.ts';
import { sharedResources } from '../group.ts';
import type { Replication } from '../replication.ts';
import { type Claim, claimsOf } from './claims.ts';
import { type Fault, type Path, pathText, shown } from './faults.ts';
import { withPriorities } from './priorities.ts';

/** A document that is valid in itself. */
export interface Document {
  readonly name: string;
  readonly replications: readonly Replication[];
  /** Worth telling, nothing to correct. */
  readonly notes: readonly string[];
}

export interface Together {
  /** In the given order, with the priorities that rules have when all of these documents are in force. */
  readonly accepted: readonly Document[];
  readonly rejected: readonly { readonly document: Document; readonly faults: readonly Fault[] }[];
}

/**
 * Decides which documents can be in force together: an earlier one stays, a later one that is in conflict with it is rejected as a whole.
 *
 * @param documents in the order of their acceptance, each as `parseDocument` returns it
 * @param sizes faults of the policies that would result from replications that meet; is given more than once, growing
 */
export function checkTogether(
  documents: readonly Document[],
  sizes?: (replications: readonly Replication[]) => readonly Fault[],
): Together {
  const plain = admit(documents);
  const fits = sizes === undefined || sizes(plain.accepted.flatMap(({ replications }) => replications)).length === 0;
  const { accepted, rejected } = fits ? plain : admit(documents, sizes);
  const numbered = withPriorities(accepted.flatMap(({ replications }) => replications));
  let at = 0;
  const renumbered = accepted.map((document) => {
    const replications = numbered.slice(at, at + document.replications.length);
    at += document.replications.length;
    return { ...document, replications };
  });
  return { accepted: renumbered, rejected };
}

function admit(documents: readonly Document[], sizes?: (replications: readonly Replication[]) => readonly Fault[]): Together {
  const register = newRegister();
  const neighbours = newNeighbours();
  const accepted: Document[] = [];
  const rejected: { document: Document; faults: readonly Fault[] }[] = [];
  for (const document of documents) {
    const { conflicts, commit } = register.claim(document.replications);
    const tooLarge =
      conflicts.length > 0 || !sizes ? [] : sizes([...neighbours.of(document.replications), ...document.replications]);
    const faults = [...conflicts.map(toFault), ...tooLarge];
    if (faults.length > 0) {
      rejected.push({ document, faults });
      continue;
    }
    commit();
    if (sizes) neighbours.add(document.replications);
    accepted.push(document);
  }
  return { accepted, rejected };
}

const toFault = ({ replication, path, message }: Conflict): Fault => ({
  path: pathText(['replications', replication, ...path]),
  message,
});

/** Accepted replications by what they touch. */
function newNeighbours() {
  const touching = new Map<string, Set<Replication>>();
  return {
    of: (replications: readonly Replication[]): ReadonlySet<Replication> =>
      new Set(replications.flatMap(sharedResources).flatMap((resource) => [...(touching.get(resource) ?? [])])),
    add(replications: readonly Replication[]): void {
      for (const replication of replications) {
        for (const resource of sharedResources(replication))
          touching.set(resource, (touching.get(resource) ?? new Set()).add(replication));
      }
    },
  };
}

export interface Conflict {
  readonly replication: string;
  /** Inside the replication. */
  readonly path: Path;
  readonly message: string;
}

type Holder = Claim & { readonly replication: string; readonly document: string };

/** Remembers who claimed what. Nothing is remembered before `commit`. */
export function newRegister() {
  const held = new Map<string, Holder>();
  const ruleCounts = new Map<string, number>();
  return {
    /** @param counts false for what is not to be taken seriously, by replication and path inside it */
    claim(
      replications: readonly Replication[],
      counts: (replication: string, path: Path) => boolean = () => true,
    ): { readonly conflicts: readonly Conflict[]; readonly commit: () => void } {
      const added = new Map<string, Holder>();
      const conflicts: Conflict[] = [];
      for (const replication of replications) {
        const own = { replication: replication.name, document: replication.document };
        for (const claim of claimsOf(replication).filter(({ path }) => counts(replication.name, path))) {
          const other = held.get(claim.subject) ?? added.get(claim.subject);
          if (other === undefined) added.set(claim.subject, { ...claim, ...own });
          else if (!agree(claim, other))
            conflicts.push({ replication: own.replication, path: claim.path, message: conflictMessage(claim, other, own) });
        }
      }
      const counted = countRules(replications, ruleCounts);
      const commit = (): void => {
        for (const [subject, holder] of added) held.set(subject, holder);
        for (const [bucket, count] of counted.counts) ruleCounts.set(bucket, count);
      };
      return { conflicts: [...conflicts, ...counted.conflicts], commit };
    },
  };
}

const agree = (a: Claim, b: Claim): boolean => a.value !== undefined && JSON.stringify(a.value) === JSON.stringify(b.value);

function conflictMessage(claim: Claim, other: Holder, own: { readonly replication: string; readonly document: string }): string {
  const sameDocument = other.document === own.document;
  const where =
    other.replication === own.replication && sameDocument ? 'the same replication' : `replication ${shown(other.replication)}`;
  const which = sameDocument ? where : `${where} of document ${shown(other.document)}`;
  const stays = sameDocument ? '' : ` (accepted before document ${shown(own.document)}, and stays in force)`;
  if (claim.value === undefined) {
    const place = other.path.length === 0 ? 'already' : `at ${pathText(other.path)}`;
    return `must not repeat ${claim.what}: ${which}${stays} has it ${place}`;
  }
  return `must be the same for everyone: ${claim.what} is ${shown(claim.value)} here and ${shown(other.value)} in ${which}${stays}`;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
const maxRules = 1000;

function countRules(replications: readonly Replication[], accepted: ReadonlyMap<string, number>) {
  const counts = new Map<string, number>();
  const conflicts: Conflict[] = [];
  for (const replication of replications) {
    const bucket = bucketArn(replication.partition, replication.source.bucket);
    const before = counts.get(bucket) ?? accepted.get(bucket) ?? 0;
    const count = before + replication.rules.length;
    counts.set(bucket, count);
    const message = `must leave source bucket ${shown(replication.source.bucket)} with at most 1,000 rules, all replications together; this makes ${count.toLocaleString('en')}`;
    if (before <= maxRules && count > maxRules) conflicts.push({ replication: replication.name, path: ['rules'], message });
  }
  return { counts, conflicts };
}
