import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';

export const source = '111111111111';
export const destination = '222222222222';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** In-process SDK clients of one caller: an account's administrator, or whoever the credentials are. */
export function clientsOf(aws: LocalAws, who: string | Credentials = source, region = 'eu-west-1') {
  const credentials = typeof who === 'string' ? { accessKeyId: who, secretAccessKey: 'any' } : who;
  const config = { region, credentials, requestHandler: aws.requestHandler(), maxAttempts: 1 };
  return { s3: new S3Client(config), iam: new IAMClient(config), sts: new STSClient(config), ssm: new SSMClient(config) };
}

/** A clock that stands still until it is moved. */
export const aClock = (start = '2026-01-01T00:00:00Z') => virtualClock(new Date(start));

export const freshAws = createLocalAws;

/** Code, status and message of a refusal; fails when there is none. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: string; status: number | undefined; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode, message };
  }
  throw new Error('the call was expected to be refused');
}

export const trustOf = (principal: unknown, more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...more }],
  });

export const allow = (action: string | string[], resource: string | string[] = '*'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });

interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly host?: string;
  readonly account?: string;
  readonly service?: string;
  readonly region?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One HTTP request as a client without an SDK would send it; `account: ''` leaves it unsigned. */
export function rawRequest(url: string, { method = 'GET', path, host, account = source, service = 's3', ...more }: RawRequest) {
  const scope = `${account}/20260101/${more.region ?? 'eu-west-1'}/${service}/aws4_request`;
  const signed = account === '' ? {} : { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` };
  const headers = { ...signed, ...(host === undefined ? {} : { host }), ...more.headers };
  const { hostname, port } = new URL(url);
  return new Promise<RawResponse>((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }), reject);
    });
    sent.on('error', reject);
    sent.end(more.body);
  });
}
