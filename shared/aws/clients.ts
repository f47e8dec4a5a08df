import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsCredentialIdentityProvider, MetadataBearer } from '@aws-sdk/types';
import type { AwsCall } from '../model/aws-call.ts';

export interface ClientConfig {
  readonly region: string;
  readonly credentials?: AwsCredentialIdentityProvider;
  /** A person's profile, for `--no-assume`. */
  readonly profile?: string;
  /** Shown in CloudTrail. */
  readonly customUserAgent: string;
  readonly maxAttempts: number;
  /** AWS_ENDPOINT_URL or its variant for S3 is set. */
  readonly ownEndpoint: boolean;
  /** Time limits of connections, or what stands in their place. */
  readonly requestHandler?: S3ClientConfig['requestHandler'];
}

/** A client as far as we need it: it sends command objects. */
export interface AnyClient {
  send(command: unknown): Promise<MetadataBearer>;
}

/** One service: how its client is made and which commands we send. Each stands in a file of its own, loaded when first needed. */
export interface ClientModule {
  readonly create: (config: ClientConfig) => AnyClient;
  readonly commands: Readonly<Record<string, new (input: never) => unknown>>;
}

/** By service, as in `Operation`, before the colon. */
export type ClientModules = Readonly<Record<string, () => Promise<{ readonly module: ClientModule }>>>;

const modules: ClientModules = {
  cloudtrail: () => import('./clients/cloudtrail.ts'),
  s3: () => import('./clients/s3.ts'),
  kms: () => import('./clients/kms.ts'),
  iam: () => import('./clients/iam.ts'),
  organizations: () => import('./clients/organizations.ts'),
  ssm: () => import('./clients/ssm.ts'),
  sts: () => import('./clients/sts.ts'),
};

/** @param more clients, or commands, that few programs need and the others do not carry; they go first */
export async function clientModule(service: string, more: ClientModules = {}): Promise<ClientModule> {
  const load = more[service] ?? modules[service];
  if (load === undefined) throw new Error(`no client for ${service}`);
  return (await load()).module;
}

/** The SDK's command for a call. @param more as of `clientModule` */
export async function commandFor({ operation, input }: AwsCall, more?: ClientModules): Promise<unknown> {
  const [service = '', name = ''] = operation.split(':');
  const Command = (await clientModule(service, more)).commands[name];
  if (Command === undefined) throw new Error(`no command for ${operation}`);
  return new Command(input as never);
}

export const hasOwnEndpoint = (service: string): boolean =>
  process.env.AWS_ENDPOINT_URL !== undefined || process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] !== undefined;
