/** Documents made real in a local AWS, by the product itself. */
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { createFoundations, missingFoundations } from '../../shared/bootstrap.ts';
import { parseDocumentValue } from '../../shared/model/desired-state.ts';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import { groupsOf } from '../../shared/model/group.ts';
import { reconcile } from '../../shared/reconcile.ts';
import { resolveKeys } from '../../shared/stages/resolve-keys.ts';
import { type LocalGateway, localGateway } from './local-gateway.ts';

export const now = () => new Date('2026-03-01T12:00:00Z');
export const wait = async () => {};

export const sourceEnd = {
  account: '111111111111',
  region: 'eu-west-1',
  bucket: 'orders',
  key: 'arn:aws:kms:eu-west-1:111111111111:alias/orders',
};
export const destinationEnd = {
  account: '222222222222',
  region: 'eu-central-1',
  bucket: 'orders-dr',
  key: 'arn:aws:kms:eu-central-1:222222222222:alias/orders-dr',
};

/** Keys named by alias, so that bootstrap can create all of it. */
export const aDocument = (
  { source = {}, destination = {}, ...more }: { source?: object; destination?: object; [field: string]: unknown } = {},
  name = 'orders-dr',
) => ({
  version: 1,
  replications: { [name]: { source: { ...sourceEnd, ...source }, destination: { ...destinationEnd, ...destination }, ...more } },
});

export const replicationsIn = (document: unknown) => parseDocumentValue(document, { name: 'test', now: now() }).replications;

/** What `plan` or `apply` does with a document. */
export async function pass(document: unknown, aws: LocalGateway, write: boolean): Promise<readonly ReplicationReport[]> {
  const groups = groupsOf(await resolveKeys(replicationsIn(document), aws));
  const options = { observer: aws, healer: aws, write, wait, now };
  return (await Promise.all(groups.map((group) => reconcile(group, options)))).flat();
}

export interface Live {
  readonly aws: LocalAws;
  readonly gateway: LocalGateway;
}

/** A world in which the document is in force, made from nothing by bootstrap. */
export async function live(document: unknown, aws: LocalAws = createLocalAws()): Promise<Live> {
  const gateway = localGateway(aws);
  const missing = await missingFoundations(replicationsIn(document), gateway);
  await createFoundations(missing, { observer: gateway, creator: gateway, wait });
  await pass(document, gateway, true);
  return { aws, gateway };
}

/** What a plan would still do, or could not tell; empty: in sync. */
export const leftOf = (reports: readonly ReplicationReport[]): readonly string[] =>
  reports.flatMap(({ findings, steps, held }) => [
    ...findings.filter(({ verdict }) => verdict !== 'in-sync').map(({ aspect, verdict }) => `${aspect} ${verdict}`),
    ...steps.map(({ aspect }) => `${aspect} step`),
    ...held.map(({ aspect, detail }) => `${aspect} held: ${detail}`),
  ]);
