/** Calls in the account of the credentials at hand: where the controller runs, or a person works. */
import type { AwsCall, AwsGateway, Reply } from '../model/aws-call.ts';
import { type Operation, serviceIn } from '../model/operations.ts';
import { type AnyClient, type ClientConfig, type ClientModules, clientModule, commandFor, hasOwnEndpoint } from './clients.ts';
import { connection, maxAttempts } from './connection.ts';
import { failureOf } from './failure-of.ts';

export interface HubOptions {
  /** undefined: AWS_REGION, else the region of the profile. */
  readonly region?: string;
  readonly userAgent: string;
  /** Clients of services that `clientModule` does not know, or with more commands than its own. */
  readonly services?: ClientModules;
  /** Whose credentials these are, for messages. */
  readonly caller?: string;
  /** In place of connections over the network. */
  readonly requestHandler?: ClientConfig['requestHandler'];
  readonly credentials?: ClientConfig['credentials'];
}

async function createClient(service: string, options: HubOptions): Promise<AnyClient> {
  const { region, userAgent, requestHandler, credentials, services } = options;
  const { create } = await clientModule(service, services);
  return create({
    customUserAgent: userAgent,
    maxAttempts,
    ownEndpoint: hasOwnEndpoint(service),
    requestHandler: requestHandler ?? connection,
    ...(credentials && { credentials }),
    // Without a region the SDK looks for one itself.
    ...(region !== undefined && { region }),
  } as ClientConfig);
}

/** Sends with the credentials at hand, whatever account and region a call names. */
export function hubGateway(options: HubOptions): AwsGateway {
  const clients = new Map<string, Promise<AnyClient>>();
  const clientFor = (service: string): Promise<AnyClient> => {
    const client = clients.get(service) ?? createClient(service, options);
    clients.set(service, client);
    return client;
  };
  return {
    send: async <O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> => {
      try {
        const command = await commandFor(call as AwsCall, options.services);
        const client = await clientFor(serviceIn(call.operation));
        return { ok: true, output: (await client.send(command)) as never };
      } catch (error) {
        return { ok: false, error: failureOf(error, options.caller ?? 'your own AWS credentials') };
      }
    },
  };
}
