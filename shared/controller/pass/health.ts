/** What one pass says about each replication: its status, and whether replication is, or was, interrupted. Pure. */
import { type Finding, type ReplicationReport, stepKey } from '../../model/finding.ts';
import type { Pass } from '../../reconcile.ts';
import { digestOf } from '../digest.ts';
import { isOver, reportedBy } from '../failures/reasons.ts';
import type { OutageRecord, RepairRecord, StatusRecord } from '../ledger.ts';
import type { PassContext } from './context.ts';

export interface Health {
  readonly status: StatusRecord;
  /** What was opened, closed, or both. */
  readonly outage?: OutageRecord;
}

/** One for each replication that the pass says something about. */
export function healthOf(context: PassContext, pass: Pass, repairs: readonly RepairRecord[], isFull: boolean): readonly Health[] {
  const concerned = isFull
    ? pass.reports
    : pass.reports.filter(({ findings }) => findings.some(({ verdict }) => verdict !== 'in-sync'));
  return concerned.map((report) => healthOfOne(context, pass, report, repairs, isFull));
}

function healthOfOne(
  context: PassContext,
  pass: Pass,
  report: ReplicationReport,
  repairs: readonly RepairRecord[],
  isFull: boolean,
): Health {
  const { memory, startedAt } = context;
  const former = memory.statuses.get(report.name);
  const verdict = isFull ? report.verdict : partialVerdict(report);
  const outage = outageOf(context, pass, report, repairs, isFull);
  const record = memory.replications.find(({ replication }) => replication.name === report.name);
  const open =
    outage === undefined ? openBefore(context, report.name) : outage.endedAt === undefined ? outage.startedAt : undefined;
  const lastProof = isFull && verdictOnObjects(report, pass) === 'proven' ? startedAt : former?.lastProof;
  return {
    ...(outage && { outage }),
    status: {
      replication: report.name,
      group: memory.id,
      document: report.document,
      mode: report.mode,
      verdict,
      since: former?.verdict === verdict ? former.since : startedAt,
      lastPass: startedAt,
      ...(lastProof && { lastProof }),
      acceptedAt: former?.acceptedAt ?? startedAt,
      troubles: troublesOf(report, pass),
      blockers: report.blockers,
      ...(open && { outage: open }),
      digest: record?.digest ?? '',
    },
  };
}

/** Of a pass that looked at some settings only: nothing is proven by it. */
function partialVerdict({ verdict, findings, outcomes }: ReplicationReport): StatusRecord['verdict'] {
  const isWhole = findings.every((finding) => isInPlace(finding, outcomes));
  return isWhole && verdict !== 'paused' && verdict !== 'orphaned' ? 'unproven' : verdict;
}

/** It was there, or was put there and read back. */
const isInPlace = (finding: Finding, outcomes: ReplicationReport['outcomes']): boolean =>
  finding.verdict === 'in-sync' || outcomes.some((o) => o.outcome === 'repaired' && stepKey(o) === stepKey(finding));

/** What a full pass says of replication itself: a setting that only accompanies it, such as who hears of failures, does not count. */
function verdictOnObjects({ verdict, findings, outcomes, proof }: ReplicationReport, pass: Pass): StatusRecord['verdict'] {
  const isWhole = findings.every((finding) => !interrupts(pass, finding.aspect) || isInPlace(finding, outcomes));
  if (!isWhole || proof.length === 0 || !ofSettings.has(verdict) || proof.some(({ answer }) => answer === 'denied'))
    return verdict;
  return proof.every(({ answer }) => answer === 'allowed') ? 'proven' : 'unproven';
}

const ofSettings: ReadonlySet<StatusRecord['verdict']> = new Set(['drifted', 'blocked', 'contested', 'unreadable']);

function troublesOf({ findings, held, outcomes, proof }: ReplicationReport, { compared }: Pass): readonly string[] {
  const title = (aspect: string): string =>
    compared.find(({ target }) => target.aspect.name === aspect)?.target.aspect.title ?? aspect;
  const place = ({ aspect, resource }: (typeof findings)[number] | (typeof held)[number] | (typeof outcomes)[number]): string =>
    `${title(aspect)} of ${resource.arn}`;
  return [
    ...new Set([
      ...findings.flatMap((finding) =>
        finding.verdict === 'unreadable' ? [`${place(finding)} could not be read: ${finding.reason}`] : [],
      ),
      ...held.map((item) => `${place(item)} drifted and is left as it is. ${item.detail}`),
      ...outcomes.flatMap((o) => {
        if (o.outcome === 'repaired') return [];
        return [
          `${place(o)} drifted and is ${o.outcome}${'detail' in o ? `: ${o.detail}` : 'because' in o ? `: ${o.because}` : ''}`,
        ];
      }),
      ...proof.filter(({ answer }) => answer === 'denied').map(({ hop, because }) => `${hop}: ${because}`),
    ]),
  ];
}

/** Also one that failures opened, which no status names yet. */
const openBefore = ({ memory }: PassContext, name: string): string | undefined =>
  memory.statuses.get(name)?.outage ?? memory.failures.get(name)?.outage;

/** Opened by the first evidence, closed when nothing is wrong any more, nothing is denied and S3 reports no failures; often all at once. */
function outageOf(
  context: PassContext,
  pass: Pass,
  report: ReplicationReport,
  repairs: readonly RepairRecord[],
  isFull: boolean,
): OutageRecord | undefined {
  const { memory, startedAt, c } = context;
  const former = memory.statuses.get(report.name);
  const wrong = report.findings.filter((f) => (f.verdict === 'drifted' || f.verdict === 'blocked') && interrupts(pass, f.aspect));
  const denied = report.proof.filter(({ answer }) => answer === 'denied');
  const failures = memory.failures.get(report.name);
  const isFailing = failures !== undefined && !isOver(failures, c.now());
  const isSound = isFull && ['proven', 'unproven'].includes(verdictOnObjects(report, pass)) && denied.length === 0 && !isFailing;
  // Those of a pass that died are over now, and were an outage all the same.
  const begun = repairs.filter((repair) => repair.replications.includes(report.name) && interrupts(pass, repair.aspect));
  const isEvident = wrong.length > 0 || denied.length > 0 || begun.length > 0 || isFailing;
  const before = openBefore(context, report.name);
  if (!isEvident && (before === undefined || !isSound)) return undefined;
  const first = begun.map(({ driftedAt }) => driftedAt).sort()[0] ?? startedAt;
  const at = before ?? first;
  // A change that is known need not be the first: events get lost. Until the last proof all was well.
  const from = former?.lastProof ?? former?.acceptedAt ?? first;
  const end = isSound ? c.now().toISOString() : undefined;
  return {
    replication: report.name,
    startedAt: at,
    ...(end && { endedAt: end }),
    reasons: [...reasonsOf(pass, [...wrong, ...begun], denied), ...Object.keys(failures?.counts ?? {}).map(reportedBy)],
    window: { from: from < at ? from : at, ...(end && { to: end }) },
  };
}

const interrupts = ({ compared }: Pass, aspect: string): boolean =>
  compared.some(({ target }) => target.aspect.name === aspect && target.aspect.interrupts);

const reasonsOf = (
  { compared }: Pass,
  wrong: readonly Pick<RepairRecord, 'aspect' | 'resource'>[],
  denied: ReplicationReport['proof'],
): readonly string[] => [
  ...new Map(wrong.map((item) => [stepKey(item), item])).values().map(({ aspect, resource }) => {
    const target = compared.find((item) => item.target.aspect.name === aspect)?.target;
    return `${target?.aspect.title ?? aspect} of ${resource.arn} was not as desired`;
  }),
  ...denied.map(({ hop, because }) => `${hop}: ${because}`),
];

/** What was seen at each resource, by aspect: another digest later means that something changed there, ours or not. */
export function seenIn({ compared, outcomes, plan }: Pass): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const written = new Map(
    plan.steps
      .filter(({ key }) => outcomes.some((o) => o.outcome === 'repaired' && stepKey(o) === key))
      .map((step) => [step.key, step.next]),
  );
  const seen = new Map<string, Record<string, string>>();
  for (const { target, observed } of compared) {
    if (observed.status === 'unreadable') continue;
    const value = written.get(target.key) ?? (observed.status === 'present' ? observed.value : observed.status);
    const at = seen.get(target.on.arn) ?? {};
    at[target.aspect.name] = digestOf(value);
    seen.set(target.on.arn, at);
  }
  return seen;
}
