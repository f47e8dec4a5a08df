/**
 * AWS Systems Manager, its Parameter Store only: per account and region.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
 */
import type * as ssm from '@aws-sdk/client-ssm';
import { AwsError, type CallContext, type Handler } from '../service.ts';
import { filtered } from './ssm/filters.ts';
import { getParameter, getParameters, getParametersByPath, shownValue } from './ssm/get-parameters.ts';
import { homeOf, notFound, pageOf, tagsOf, theParameter, valid } from './ssm/inputs.ts';
import { labelParameterVersion, putParameter } from './ssm/put-parameter.ts';
import { latestOf, type Parameter, type ParameterVersion } from './ssm/state.ts';

export { newSsmState, type SsmState } from './ssm/state.ts';

export const ssmHandlers: Readonly<Record<string, Handler>> = {
  PutParameter: putParameter,
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  DeleteParameter: deleteParameter,
  DeleteParameters: deleteParameters,
  DescribeParameters: describeParameters,
  GetParameterHistory: getParameterHistory,
  LabelParameterVersion: labelParameterVersion,
  AddTagsToResource: addTagsToResource,
  ListTagsForResource: listTagsForResource,
  RemoveTagsFromResource: removeTagsFromResource,
};

function deleteParameter(input: ssm.DeleteParameterCommandInput, call: CallContext): void {
  const { name } = theParameter(homeOf(call), input.Name);
  homeOf(call).delete(name);
}

function deleteParameters(input: ssm.DeleteParametersCommandInput, call: CallContext) {
  const store = homeOf(call);
  const names = [...new Set(input.Names ?? [])];
  const there = names.filter((name) => store.has(name));
  for (const name of there) store.delete(name);
  return { DeletedParameters: there, InvalidParameters: names.filter((name) => !there.includes(name)) };
}

function describeParameters(input: ssm.DescribeParametersCommandInput, call: CallContext) {
  const size = valid.between('maxResults', input.MaxResults, 1, 50) ?? 50;
  const old = (input.Filters ?? []).map(({ Key, Values }) => ({ Key, Values, Option: 'BeginsWith' }));
  const wanted = [...(input.ParameterFilters ?? []), ...old];
  const all = [...homeOf(call).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, ...page } = pageOf(
    filtered(all, wanted, ['Name', 'Type', 'KeyId', 'Path', 'Tier', 'DataType', 'Label', 'tag']),
    input.NextToken,
    size,
  );
  return { ...page, Parameters: items.map((parameter) => ({ ...describe(latestOf(parameter), parameter), ARN: parameter.arn })) };
}

function getParameterHistory(input: ssm.GetParameterHistoryCommandInput, call: CallContext) {
  const parameter = theParameter(homeOf(call), input.Name);
  const size = valid.between('maxResults', input.MaxResults, 1, 50) ?? 50;
  const { items, ...page } = pageOf(parameter.versions, input.NextToken, size);
  return {
    ...page,
    Parameters: items.map((version) => ({
      ...describe(version, parameter),
      Value: shownValue(parameter, version, input.WithDecryption, call),
      Labels: [...version.labels],
    })),
  };
}

const describe = (version: ParameterVersion, { name }: Parameter) => ({
  Name: name,
  Type: version.type,
  KeyId: version.keyId,
  LastModifiedDate: version.modified,
  LastModifiedUser: version.modifiedBy,
  Description: version.description,
  AllowedPattern: version.allowedPattern,
  Version: version.version,
  Tier: version.tier,
  Policies: [],
  DataType: version.dataType,
});

interface Tagged {
  readonly ResourceType?: string | undefined;
  readonly ResourceId?: string | undefined;
}

function taggedParameter({ ResourceType, ResourceId }: Tagged, call: CallContext): Parameter {
  if (ResourceType !== 'Parameter') {
    throw new AwsError('InvalidResourceType', `The local AWS tags parameters only, not ${ResourceType}.`);
  }
  const parameter = homeOf(call).get(ResourceId ?? '');
  if (!parameter) throw new AwsError('InvalidResourceId', notFound(ResourceId ?? '').message);
  return parameter;
}

function addTagsToResource(input: ssm.AddTagsToResourceCommandInput, call: CallContext): void {
  const { tags } = taggedParameter(input, call);
  const added = tagsOf(input.Tags);
  if (new Set([...tags.keys(), ...added.keys()]).size > 50) {
    throw new AwsError('TooManyTagsError', 'The number of tags has reached the maximum limit of 50.');
  }
  for (const [key, value] of added) tags.set(key, value);
}

function listTagsForResource(input: ssm.ListTagsForResourceCommandInput, call: CallContext) {
  return { TagList: [...taggedParameter(input, call).tags].map(([Key, Value]) => ({ Key, Value })) };
}

function removeTagsFromResource(input: ssm.RemoveTagsFromResourceCommandInput, call: CallContext): void {
  const { tags } = taggedParameter(input, call);
  for (const key of input.TagKeys ?? []) tags.delete(key);
}
