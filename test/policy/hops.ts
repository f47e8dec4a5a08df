import { expect } from 'vitest';
import { type HopName, prove } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { allow, aState, bucketStatements, destination, policy } from './states.ts';

export const toEveryone = { Principal: '*' };
export const bucketPolicy = (...more: readonly Record<string, unknown>[]) =>
  aState({ destination: { policy: policy(...bucketStatements, ...more) } });
export const rolePolicy = (...statements: readonly Record<string, unknown>[]) =>
  aState({ role: { inline: { p: policy(...statements) } } });
export const trust = (Statement: object) => aState({ role: { trust: policy({ Sid: 'S3', Effect: 'Allow', ...Statement }) } });
export const s3Service = { Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' };
export const sourceAccount = (id: string) => ({ Condition: { StringEquals: { 'aws:SourceAccount': id } } });
export const everyoneReads = allow('s3:GetObject', `${destination}/*`, toEveryone);
export const everything = allow('*', '*');
export const organization = (more: object) => ({
  organization: 'o-1',
  serviceControlPolicies: null,
  resourceControlPolicies: null,
  ...more,
});

export const hopOf = (state: ReplicationState, name: HopName) => {
  const proof = prove(state);
  return { proof, hop: proof.hops.find(({ hop }) => hop === name) };
};
export const sentence = (...parts: readonly string[]) =>
  expect.stringMatching(new RegExp(parts.map((part) => part.replace(/[()|{}[\].]/g, '\\$&')).join('.*')));
