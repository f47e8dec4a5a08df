/**
 * Who made a call, from CloudTrail's `userIdentity`.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
 */
import { parseRoleArn } from '../model/arn.ts';
import type { Actor } from './change.ts';
import { accountOf, type Fields, fieldsOf, textOf } from './read-change/fields.ts';

/** Never throws. Carries no credentials. */
export function actorOf(userIdentity: unknown, detail: unknown): Actor {
  const identity = fieldsOf(userIdentity);
  const account = accountOf(identity.accountId);
  return {
    ...whoIs(identity, fieldsOf(detail)),
    ...(account !== undefined && { account }),
    ...tracesOf(identity, fieldsOf(detail)),
  };
}

/**
 * Whether an actor says no more than an account: the owner of a resource is not told whom of the other account it was.
 * The caller's own copy of the same call tells more.
 */
export const isBare = ({ kind }: Actor): boolean => kind === 'account' || kind === 'unknown';

type Who = Pick<Actor, 'kind' | 'principal' | 'session'>;

function whoIs(identity: Fields, detail: Fields): Who {
  const { type } = identity;
  switch (type) {
    case 'AssumedRole':
    case 'Role':
      return roleOf(identity);
    case 'FederatedUser':
      return federatedOf(identity);
    case 'IAMUser':
      return { kind: 'user', principal: textOf(identity.arn) ?? textOf(identity.userName) ?? unnamed(identity) };
    case 'Root':
      return { kind: 'root', principal: textOf(identity.arn) ?? unnamed(identity) };
    case 'IdentityCenterUser':
      return { kind: 'identity-centre-user', principal: personOf(identity) ?? unnamed(identity) };
    case 'AWSAccount':
      return withSession({ kind: 'account', principal: accountOf(identity.accountId) ?? unnamed(identity) }, sessionOf(identity));
    default:
      return type === 'AWSService' || textOf(identity.invokedBy) !== undefined
        ? { kind: 'service', principal: serviceOf(identity, detail) }
        : { kind: 'unknown', principal: textOf(identity.arn) ?? textOf(identity.userName) ?? unnamed(identity) };
  }
}

const withSession = (who: Who, session: string | undefined): Who => (session === undefined ? who : { ...who, session });

const issuerOf = (identity: Fields): Fields => fieldsOf(fieldsOf(identity.sessionContext).sessionIssuer);

/** Only IAM Identity Center makes roles under this path and starts sessions of them, and it names the session after the person. https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html */
const ofIdentityCentre = '/aws-reserved/sso.amazonaws.com/';

function roleOf(identity: Fields): Who {
  const principal = textOf(issuerOf(identity).arn) ?? roleOfSession(textOf(identity.arn)) ?? unnamed(identity);
  const person = personOf(identity);
  if (person !== undefined) return { kind: 'identity-centre-user', principal, session: person };
  const isPerson = parseRoleArn(principal)?.path.startsWith(ofIdentityCentre) ?? false;
  return withSession({ kind: isPerson ? 'identity-centre-user' : 'role', principal }, sessionOf(identity));
}

/** A session that carries the identity of a person: https://docs.aws.amazon.com/singlesignon/latest/userguide/trustedidentitypropagation-identity-enhanced-iam-role-sessions.html */
const personOf = (identity: Fields): string | undefined => textOf(fieldsOf(identity.onBehalfOf).userId);

const sessionArn = /^arn:([^:]+):sts::(\d{12}):(?:assumed-role|federated-user)\/(?:([^/]+)\/)?(.+)$/;

/** The ARN of a session leaves out the role's path. */
function roleOfSession(arn: string | undefined): string | undefined {
  const [, partition, account, role] = sessionArn.exec(arn ?? '') ?? [];
  return role === undefined ? arn : `arn:${partition}:iam::${account}:role/${role}`;
}

/** Which is the end of the ARN, and of the `principalId` in the copy that has no ARN. */
function sessionOf(identity: Fields): string | undefined {
  const [, , , , session] = sessionArn.exec(textOf(identity.arn) ?? '') ?? [];
  return session ?? /^[^:]+:(.+)$/.exec(textOf(identity.principalId) ?? '')?.[1];
}

/** The session was issued to a user, or to root. */
function federatedOf(identity: Fields): Who {
  const issuer = issuerOf(identity);
  const principal = textOf(issuer.arn) ?? textOf(identity.arn) ?? unnamed(identity);
  return withSession({ kind: issuer.type === 'Root' ? 'root' : 'user', principal }, sessionOf(identity));
}

/** Of what a service does by itself only `AWS Internal` is told; the event source says which one. https://docs.aws.amazon.com/kms/latest/developerguide/ct-delete-key.html */
function serviceOf({ invokedBy }: Fields, { eventSource }: Fields): string {
  const name = textOf(invokedBy);
  if (name?.includes('.')) return name;
  return textOf(eventSource) ?? name ?? 'AWS';
}

const accessKey = /\bA[KS]IA[A-Z0-9]{12,}/;

function unnamed({ accountId, principalId }: Fields): string {
  const id = textOf(principalId);
  return accountOf(accountId) ?? (id === undefined || accessKey.test(id) ? 'unknown' : id);
}

/** From where, and with what. */
function tracesOf({ invokedBy }: Fields, { sourceIPAddress, userAgent }: Fields): Pick<Actor, 'sourceAddress' | 'userAgent'> {
  const address = textOf(sourceIPAddress);
  const tool = toolOf(textOf(userAgent), textOf(invokedBy));
  return { ...(address !== undefined && { sourceAddress: address }), ...(tool !== undefined && { userAgent: tool }) };
}

function toolOf(userAgent: string | undefined, invokedBy: string | undefined): string | undefined {
  // A service that calls in somebody's name may show as no more than this: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
  if (userAgent === undefined || userAgent.startsWith('AWS Internal')) return invokedBy ?? userAgent;
  // S3 alone puts brackets around it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
  return textOf(/^\[(.*)\]$/.exec(userAgent)?.[1]) ?? userAgent;
}
