/** With which rights the command line acts in the accounts the documents name. */
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import { type Operation, operations } from '../../shared/model/operations.ts';
import { type Cli, userAgentOf } from './cli.ts';
import type { CountingGateway } from './core.ts';
import { CommandFailure } from './failure.ts';

export const defaultObserver = 'lockstep-observer';
export const defaultHealer = 'lockstep-healer';

export interface AccessOptions {
  readonly observerRole?: string;
  readonly healerRole?: string;
  readonly externalId?: string;
  /** false: `--no-assume`. */
  readonly assume: boolean;
  readonly profile: readonly string[];
  readonly region?: string;
}

/** `111111111111=staging` by account. @throws CommandFailure naming the one that has another form */
export function profilesOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((pair) => {
      const [, account, name] = /^(\d{12})=(.+)$/.exec(pair) ?? [];
      if (account !== undefined && name !== undefined) return [account, name];
      throw new CommandFailure(`--profile takes ACCOUNT=NAME, for example 111111111111=staging, got "${pair}"`, {
        hint: 'One profile for everything: set AWS_PROFILE instead.',
      });
    }),
  );
}

function refuseContradictions(access: AccessOptions): void {
  const roleOptions = [
    access.observerRole === undefined ? undefined : '--observer-role',
    access.healerRole === undefined ? undefined : '--healer-role',
    access.externalId === undefined ? undefined : '--external-id',
  ].filter((option) => option !== undefined);
  if (!access.assume && roleOptions.length > 0)
    throw new CommandFailure(
      `${roleOptions.join(' and ')} cannot be combined with --no-assume: without assuming a role there is none to name.`,
    );
  if (access.assume && access.profile.length > 0)
    throw new CommandFailure('--profile goes with --no-assume: spoke roles are assumed with your own credentials.', {
      hint: 'Add --no-assume to act with these profiles, or set AWS_PROFILE to choose the credentials that assume the roles.',
    });
}

export interface Access {
  readonly observer: AwsGateway;
  readonly healer: AwsGateway;
  readonly counts: () => { readonly reads: number; readonly writes: number };
}

/** Lets reads pass and throws on a write: `plan` writes nothing, whatever the core asks for. */
export function readOnly(gateway: AwsGateway): AwsGateway {
  return {
    send: async <O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> => {
      if (operations[call.operation].kind === 'write')
        throw new Error(`${call.operation} was asked for in a run that writes nothing`);
      return gateway.send(call);
    },
  };
}

export async function openAccess(cli: Cli, access: AccessOptions, write: boolean): Promise<Access> {
  refuseContradictions(access);
  const { spokeGateway } = await cli.core.accounts();
  const common = {
    userAgent: userAgentOf(cli),
    ...(access.region !== undefined && { region: access.region }),
    ...(access.externalId !== undefined && { externalId: access.externalId }),
  };
  const open = (role: string): CountingGateway =>
    spokeGateway(access.assume ? { ...common, role } : { ...common, profiles: profilesOf(access.profile) });
  const observer = open(access.observerRole ?? defaultObserver);
  if (!write) return { observer: readOnly(observer), healer: readOnly(observer), counts: () => observer.counts };
  const healer = access.assume ? open(access.healerRole ?? defaultHealer) : observer;
  return { observer, healer, counts: () => sum(healer === observer ? [observer] : [observer, healer]) };
}

const sum = (gateways: readonly CountingGateway[]) => ({
  reads: gateways.reduce((total, { counts }) => total + counts.reads, 0),
  writes: gateways.reduce((total, { counts }) => total + counts.writes, 0),
});
