import type * as iam from '@aws-sdk/client-iam';
import type { CallContext, Handler } from '../../service.ts';
import { encodeDocument } from './documents.ts';
import { deleteConflict, limitExceeded, noSuchEntity } from './errors.ts';
import { valid } from './inputs.ts';
import { managedDocument, theOwnPolicy, thePolicy } from './managed-policies.ts';
import { pageOf } from './paging.ts';
import { type ManagedPolicy, type PolicyVersion, wholeSeconds } from './state.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html */
export const policyVersionHandlers: Readonly<Record<string, Handler>> = {
  CreatePolicyVersion: createPolicyVersion,
  GetPolicyVersion: getPolicyVersion,
  ListPolicyVersions: listPolicyVersions,
  SetDefaultPolicyVersion: setDefaultPolicyVersion,
  DeletePolicyVersion: deletePolicyVersion,
};

function createPolicyVersion(input: iam.CreatePolicyVersionCommandInput, call: CallContext) {
  const policy = theOwnPolicy(call, input.PolicyArn);
  const document = managedDocument(input.PolicyDocument);
  if (policy.versions.size >= 5) {
    throw limitExceeded(
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
  }
  const created = wholeSeconds(call.world.clock.now());
  const version: PolicyVersion = { id: `v${policy.lastVersion + 1}`, document, created };
  policy.lastVersion += 1;
  policy.versions.set(version.id, version);
  policy.updated = created;
  if (input.SetAsDefault) policy.defaultVersion = version.id;
  return { PolicyVersion: showVersion(policy, version) };
}

function getPolicyVersion(input: iam.GetPolicyVersionCommandInput, call: CallContext) {
  const policy = thePolicy(call, input.PolicyArn);
  const version = theVersion(policy, input.VersionId);
  return { PolicyVersion: { ...showVersion(policy, version), Document: encodeDocument(version.document) } };
}

function listPolicyVersions(input: iam.ListPolicyVersionsCommandInput, call: CallContext) {
  const policy = thePolicy(call, input.PolicyArn);
  const { items, ...page } = pageOf([...policy.versions.values()].toReversed(), input);
  return { ...page, Versions: items.map((version) => showVersion(policy, version)) };
}

function setDefaultPolicyVersion(input: iam.SetDefaultPolicyVersionCommandInput, call: CallContext): void {
  const policy = theOwnPolicy(call, input.PolicyArn);
  policy.defaultVersion = theVersion(policy, input.VersionId).id;
  policy.updated = wholeSeconds(call.world.clock.now());
}

function deletePolicyVersion(input: iam.DeletePolicyVersionCommandInput, call: CallContext): void {
  const policy = theOwnPolicy(call, input.PolicyArn);
  const { id } = theVersion(policy, input.VersionId);
  if (id === policy.defaultVersion) throw deleteConflict('Cannot delete the default version of a policy.');
  policy.versions.delete(id);
}

function theVersion(policy: ManagedPolicy, id: string | undefined): PolicyVersion {
  valid.text('versionId', id, { pattern: /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/ });
  const version = policy.versions.get(id ?? '');
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

const showVersion = (policy: ManagedPolicy, version: PolicyVersion): iam.PolicyVersion => ({
  VersionId: version.id,
  IsDefaultVersion: version.id === policy.defaultVersion,
  CreateDate: version.created,
});
