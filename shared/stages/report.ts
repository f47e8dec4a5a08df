import type { Blocker, Finding, Held, ProofHop, ReplicationReport, Step, StepOutcome, Verdict } from '../model/finding.ts';
import type { Group, Replication } from '../model/replication.ts';

/** What the permission proof says of one replication. */
export interface ProofView {
  readonly hops: readonly ProofHop[];
  /** What would still block with every repair in place. */
  readonly blockers: readonly Blocker[];
  readonly advisories: readonly string[];
}

interface PassResult {
  readonly findings: readonly Finding[];
  readonly steps: readonly Step[];
  readonly held: readonly Held[];
  /** Empty when nothing was applied. */
  readonly outcomes: readonly StepOutcome[];
  readonly proofs: ReadonlyMap<string, ProofView>;
}

/** One report a replication, in the group's order. Pure. */
export function report(group: Group, result: PassResult): readonly ReplicationReport[] {
  return group.replications.map((replication) => reportOn(replication, result));
}

function reportOn(replication: Replication, { findings, steps, held, outcomes, proofs }: PassResult): ReplicationReport {
  const { name, document, mode } = replication;
  const concerns = (item: { readonly replications: readonly string[] }) => item.replications.includes(name);
  const proof = proofs.get(name) ?? { hops: [], blockers: [], advisories: [] };
  const own = findings.filter(concerns);
  const onHold = held.filter(concerns);
  const done = outcomes.filter(concerns);
  return {
    name,
    document,
    mode: mode.kind,
    verdict: verdictOn(replication, own, onHold, done, proof),
    findings: own,
    steps: steps.filter(concerns),
    held: onHold,
    outcomes: done,
    blockers: distinct([...own.flatMap((finding) => (finding.verdict === 'blocked' ? [finding.by] : [])), ...proof.blockers]),
    advisories: [...pauseNotes(replication), ...proof.advisories],
    proof: proof.hops,
  };
}

function verdictOn(
  { mode, orphanedSince }: Replication,
  findings: readonly Finding[],
  held: readonly Held[],
  outcomes: readonly StepOutcome[],
  proof: ProofView,
): Verdict {
  const isRepaired = (finding: Finding): boolean =>
    outcomes.some((o) => o.outcome === 'repaired' && o.aspect === finding.aspect && o.resource.arn === finding.resource.arn);
  if (orphanedSince !== undefined) return 'orphaned';
  if (mode.kind === 'paused') return 'paused';
  if (findings.some((finding) => finding.verdict === 'unreadable')) return 'unreadable';
  if (findings.some((finding) => finding.verdict === 'blocked')) return 'blocked';
  if (held.some(({ reason }) => reason === 'contested')) return 'contested';
  if (findings.some((finding) => finding.verdict === 'drifted' && !isRepaired(finding))) return 'drifted';
  if (proof.hops.some((hop) => hop.answer === 'denied')) return 'blocked';
  return proof.hops.length > 0 && proof.hops.every((hop) => hop.answer === 'allowed') ? 'proven' : 'unproven';
}

/** The same thing seen by several aspects, such as a missing bucket, is told once. */
const distinct = (blockers: readonly Blocker[]): readonly Blocker[] => [
  ...new Map(blockers.map((blocker) => [blocker.reason, blocker])).values(),
];

function pauseNotes({ pauseExpired }: Replication): readonly string[] {
  if (pauseExpired === undefined) return [];
  return [`The pause until ${pauseExpired.until} (${pauseExpired.reason}) is over: this replication is repaired again.`];
}
