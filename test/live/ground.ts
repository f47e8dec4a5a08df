/** What the checks stand on: two accounts, real or local. */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';

export interface End {
  readonly account: string;
  readonly region: string;
}

/** Of any SDK client; those other than S3's leave out what they do not know. */
export type ClientSettings = Pick<
  S3ClientConfig,
  'region' | 'profile' | 'credentials' | 'requestHandler' | 'maxAttempts' | 'forcePathStyle'
>;

export interface Ground {
  readonly source: End;
  readonly destination: End;
  /** Begins the name of everything that is made. */
  readonly name: string;
  /** The product's own way into both accounts, as their administrator. */
  readonly gateway: AwsGateway;
  /** For everything that the product itself does not send. */
  readonly settings: (end: End) => ClientSettings;
  readonly wait: (seconds: number) => Promise<void>;
  readonly now: () => Date;
  readonly say: (line: string) => void;
}

/** Clients for one account and region. */
export const clientsAt = (ground: Ground, end: End) => clientsWith(ground.settings(end));

export type Clients = ReturnType<typeof clientsWith>;

/** Made when first used. */
export const clientsWith = (settings: ClientSettings) => ({
  get s3() {
    return new S3Client(settings);
  },
  get kms() {
    return new KMSClient(settings);
  },
  get iam() {
    return new IAMClient(settings);
  },
  get sts() {
    return new STSClient(settings);
  },
  get sns() {
    return new SNSClient(settings);
  },
  get sqs() {
    return new SQSClient(settings);
  },
  get cloudtrail() {
    return new CloudTrailClient(settings);
  },
});

/**
 * Looks again and again, every 5 to 30 seconds, until what is seen is enough or the time is over.
 *
 * @returns what was seen last, enough or not
 */
export async function until<T>(
  { wait, now }: Pick<Ground, 'wait' | 'now'>,
  minutes: number,
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
): Promise<T> {
  const end = now().getTime() + minutes * 60_000;
  let seen = await look();
  for (let pause = 5; !isEnough(seen) && now().getTime() < end; pause = Math.min(30, pause * 1.5)) {
    await wait(pause);
    seen = await look();
  }
  return seen;
}

/** The name of the error, for refusals that are expected; `accepted` when there is none. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
