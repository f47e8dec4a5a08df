/** The parts of the product that the commands call, each loaded when it is first needed: help must not wait for the AWS SDK. */
import type { Ledger } from '../../shared/controller/ledger.ts';
import type { Queue } from '../../shared/controller/ports.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';

/** A gateway that counts what it sent. */
export interface CountingGateway extends AwsGateway {
  readonly counts: { readonly reads: number; readonly writes: number };
}

export interface HubPlace {
  readonly region?: string;
  readonly userAgent: string;
}

type DesiredState = typeof import('../../shared/model/desired-state.ts');
type Accounts = typeof import('../../shared/aws/accounts.ts');

export interface Core {
  readonly desiredState: () => Promise<DesiredState>;
  readonly groups: () => Promise<Pick<typeof import('../../shared/model/group.ts'), 'groupsOf'>>;
  readonly keys: () => Promise<Pick<typeof import('../../shared/stages/resolve-keys.ts'), 'resolveKeys'>>;
  readonly observe: () => Promise<Pick<typeof import('../../shared/stages/observe.ts'), 'readingOnce'>>;
  readonly sizes: () => Promise<Pick<typeof import('../../shared/aspects/sizes.ts'), 'sizeFaults'>>;
  readonly jsonSchema: () => Promise<Pick<typeof import('../../shared/model/json-schema.ts'), 'documentJsonSchema'>>;
  readonly reconcile: () => Promise<Pick<typeof import('../../shared/reconcile.ts'), 'reconcile'>>;
  readonly aspects: () => Promise<Pick<typeof import('../../shared/aspects/index.ts'), 'aspects'>>;
  /** Gateways into the accounts the documents name. */
  readonly accounts: () => Promise<{
    readonly spokeGateway: (options: Parameters<Accounts['spokeGateway']>[0]) => CountingGateway;
  }>;
  readonly organization: () => Promise<
    Pick<typeof import('../../shared/aws/organization.ts'), 'organizationRegion' | 'readOrganization'>
  >;
  readonly states: () => Promise<typeof import('../../shared/policy/state-file.ts')>;
  readonly readKey: () => Promise<Pick<typeof import('../../shared/read-key.ts'), 'readKey'>>;
  readonly proof: () => Promise<Pick<typeof import('../../shared/policy/proof.ts'), 'prove'>>;
  readonly localAws: () => Promise<Pick<typeof import('../../infra/sandbox/local-aws.ts'), 'createLocalAws'>>;
  /** The account the documents are kept in. */
  readonly hub: (options: HubPlace) => Promise<AwsGateway>;
  /** The controller's memory, in the same account. */
  readonly ledger: (options: HubPlace & { readonly table: string }) => Promise<Ledger>;
  /** Alarms of the same account. */
  readonly alarms: (options: HubPlace) => Promise<AwsGateway>;
  readonly localEndpoint: () => Promise<Pick<typeof import('../../shared/aws/local-endpoint.ts'), 'isLocalAws'>>;
  readonly queue: (options: HubPlace & { readonly url: string }) => Promise<Queue>;
  readonly parameters: () => Promise<Pick<typeof import('../../shared/aws/desired-state-store.ts'), 'parameterStore'>>;
  readonly retire: () => Promise<Pick<typeof import('../../shared/retire.ts'), 'retire'>>;
  readonly fleet: () => Promise<Pick<typeof import('../../shared/controller/admit/fleet.ts'), 'changeBetween' | 'fleetOf'>>;
  readonly turn: () => Promise<Pick<typeof import('../../shared/controller/admit/turn.ts'), 'inTurn'>>;
}

export const core: Core = {
  desiredState: () => import('../../shared/model/desired-state.ts'),
  groups: () => import('../../shared/model/group.ts'),
  keys: () => import('../../shared/stages/resolve-keys.ts'),
  observe: () => import('../../shared/stages/observe.ts'),
  sizes: () => import('../../shared/aspects/sizes.ts'),
  jsonSchema: () => import('../../shared/model/json-schema.ts'),
  reconcile: () => import('../../shared/reconcile.ts'),
  aspects: () => import('../../shared/aspects/index.ts'),
  accounts: () => import('../../shared/aws/accounts.ts'),
  organization: () => import('../../shared/aws/organization.ts'),
  states: () => import('../../shared/policy/state-file.ts'),
  readKey: () => import('../../shared/read-key.ts'),
  proof: () => import('../../shared/policy/proof.ts'),
  localAws: () => import('../../infra/sandbox/local-aws.ts'),
  hub: async (options) => (await import('../../shared/aws/hub-gateway.ts')).hubGateway(options),
  ledger: async (options) => (await import('./hub-clients.ts')).openLedger(options),
  queue: async (options) => (await import('./hub-clients.ts')).openQueue(options),
  alarms: async (options) => (await import('./hub-clients.ts')).openAlarms(options),
  localEndpoint: () => import('../../shared/aws/local-endpoint.ts'),
  parameters: () => import('../../shared/aws/desired-state-store.ts'),
  retire: () => import('../../shared/retire.ts'),
  fleet: () => import('../../shared/controller/admit/fleet.ts'),
  turn: () => import('../../shared/controller/admit/turn.ts'),
};
