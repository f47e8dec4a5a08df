/**
 * requestParameters and responseElements: the input and output of a call in CloudTrail's spelling.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
import type { NormalizedSchema } from '@smithy/core/schema';
import type { CallContext } from '../service.ts';

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

// Only the first letter: `KMSKeyId` is told as `kMSKeyId`.
const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const dates = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** e.g. `Jan 1, 2026, 12:00:00 AM` */
const shownDate = (date: Date): string => dates.format(date).replaceAll('\u202f', ' ');

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** A value of a JSON or query service: member names begin in lower case, keys of maps stay, secrets are hidden, bytes are left out. */
function spelled(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null || value instanceof Uint8Array) return undefined;
  if (schema.getMergedTraits().sensitive) return hidden;
  if (value instanceof Date) return shownDate(value);
  if (Array.isArray(value)) return schema.isListSchema() ? value.map((one) => spelled(schema.getValueSchema(), one)) : value;
  if (!isRecord(value)) return value;
  if (schema.isMapSchema()) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spelled(schema.getValueSchema(), one)]));
  }
  return schema.isStructSchema() ? membersOf(schema, value) : value;
}

function membersOf(schema: NormalizedSchema, value: Json): Json {
  const members: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const shown = name === 'SecretAccessKey' ? undefined : spelled(member, value[name]);
    if (shown !== undefined) members[lowerFirst(name)] = shown;
  }
  return members;
}

/** A value of S3 as its XML names it; a list of one is told as that one. */
function asXml(schema: NormalizedSchema, value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (!isRecord(value) || !schema.isStructSchema()) return value;
  const members: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const one = value[name];
    if (one === undefined) continue;
    const { xmlName, xmlFlattened } = member.getMergedTraits();
    const list = Array.isArray(one) && member.isListSchema() ? listAsXml(member, one) : undefined;
    const shown = list && !xmlFlattened ? { [member.getValueSchema().getMergedTraits().xmlName ?? 'member']: list } : list;
    members[xmlName ?? name] = shown ?? asXml(member, one);
  }
  return members;
}

function listAsXml(member: NormalizedSchema, list: readonly unknown[]): unknown {
  const shown = list.map((one) => asXml(member.getValueSchema(), one));
  return shown.length === 1 ? shown[0] : shown;
}

const aboutTheTransfer = /^(Checksum|ContentMD5)/;

/** S3 tells the bucket, the host, what the query and the headers say, and the body under its XML names. */
function s3Parameters(input: Json, { shape, region }: CallContext): Json {
  const bucket = typeof input.Bucket === 'string' ? input.Bucket : undefined;
  const said: Record<string, unknown> = {
    ...(bucket !== undefined && { bucketName: bucket }),
    Host: bucket === undefined ? `s3.${region}.amazonaws.com` : `${bucket}.s3.${region}.amazonaws.com`,
  };
  for (const name of new URLSearchParams(shape?.traits.http?.[1].split('?')[1] ?? '').keys())
    if (name !== 'x-id') said[name] = '';
  if (!shape?.input.isStructSchema()) return said;
  for (const [name, member] of shape.input.structIterator()) {
    const value = input[name];
    if (value === undefined || name === 'Bucket' || aboutTheTransfer.test(name)) continue;
    const { httpHeader, httpQuery, httpPayload, xmlName } = member.getMergedTraits();
    if (httpPayload && name === 'Policy') said.bucketPolicy = parsed(value);
    else said[(httpHeader?.toLowerCase() ?? httpQuery ?? xmlName) || name] = asXml(member, value);
  }
  return said;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}

/** Larger ones are left out. */
const maximumBytes = 100 * 1024;

function cut(field: string, value: Json | undefined): Json | null {
  if (value === undefined || Object.keys(value).length === 0) return null;
  const originalSize = Buffer.byteLength(JSON.stringify(value));
  return originalSize > maximumBytes ? { omitted: true, originalSize, reason: `${field} size exceeded limit` } : value;
}

/** `null`: the call has none. */
export function requestParametersOf(call: CallContext, input: object): Json | null {
  const given = input as Json;
  const schema = call.shape?.input;
  const shown = call.service === 's3' ? s3Parameters(given, call) : schema?.isStructSchema() ? membersOf(schema, given) : {};
  return cut('requestParameters', shown);
}

/**
 * What a write answered; reads and refused calls tell nothing, nor does S3.
 *
 * @param keyArn the KMS key the call was about
 */
export function responseElementsOf(
  call: CallContext,
  output: object,
  readOnly: boolean,
  keyArn: string | undefined,
): Json | null {
  if (call.service === 's3' || (readOnly && call.operation !== 'AssumeRole')) return null;
  const schema = call.shape?.output;
  const shown = schema?.isStructSchema() ? membersOf(schema, output as Json) : {};
  // KMS tells the key's ARN even where the operation does not: https://docs.aws.amazon.com/kms/latest/developerguide/ct-disablekey.html
  return cut('responseElements', keyArn === undefined || 'keyMetadata' in shown ? shown : { ...shown, keyId: keyArn });
}
