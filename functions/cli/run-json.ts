/** The `--json` form of a run: version 1, a contract with scripts. Fields are added, never renamed. */
import type { ReplicationReport, ResourceRef, Step } from '../../shared/model/finding.ts';
import type { Run } from './run.ts';
import { countsOf, isInSync } from './standing.ts';

interface FlatResource {
  readonly arn: string;
  readonly type: ResourceRef['type'];
  readonly account: string;
  readonly region: string;
}

export const flatResource = ({ arn, type, account, region }: ResourceRef): FlatResource => ({ arn, type, account, region });

const flat = <T extends { readonly resource: ResourceRef }>(thing: T) => ({ ...thing, resource: flatResource(thing.resource) });

const stepJson = ({ aspect, resource, replications, differences, calls, after }: Step) => ({
  aspect,
  resource: flatResource(resource),
  replications,
  differences,
  calls,
  after,
});

export function reportJson(report: ReplicationReport, run?: Pick<Run, 'replications'>) {
  const replication = run?.replications.get(report.name);
  const end = (side: { account: string; region: string; bucket: string }) => ({
    account: side.account,
    region: side.region,
    bucket: side.bucket,
  });
  return {
    ...report,
    inSync: isInSync(report),
    ...(replication && { source: end(replication.source), destination: end(replication.destination) }),
    findings: report.findings.map(flat),
    steps: report.steps.map(stepJson),
    held: report.held.map(flat),
    outcomes: report.outcomes.map(flat),
  };
}

/** `outcomes` and their counts are there for `apply` only; for `plan` they would always be empty. */
export function runJson(run: Run) {
  const { repaired, written, failed, skipped, ...planned } = countsOf(run.reports);
  const outcomes = run.command === 'apply' ? { repaired, written, failed, skipped } : {};
  return {
    version: 1,
    command: run.command,
    inSync: run.rejected.length === 0 && run.troubles.length === 0 && run.reports.every(isInSync),
    replications: run.reports.map((report) => reportJson(report, run)),
    rejected: run.rejected,
    notes: run.notes,
    troubles: run.troubles,
    summary: { ...planned, ...outcomes, calls: run.calls },
  };
}
