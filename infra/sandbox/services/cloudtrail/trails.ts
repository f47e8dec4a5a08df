/** Making, changing and reading trails. */
import type * as ct from '@aws-sdk/client-cloudtrail';
import { AwsError, type CallContext } from '../../service.ts';
import { defaultSelectors, type Trail, trailArn, trailsOf } from './state.ts';

const mine = ({ world, caller }: CallContext): Map<string, Trail> => trailsOf(world.cloudtrail, caller.account);

/** A trail by ARN, or by name in the region it was made in; by name all regions see a trail of all regions. */
export function theTrail(name: string | undefined, call: CallContext): Trail {
  const visible = mine(call)
    .values()
    .filter((trail) => trail.multiRegion || trail.homeRegion === call.region);
  const trail = visible.find((one) => one.arn === name || one.name === name);
  if (!trail) throw new AwsError('TrailNotFoundException', `Unknown trail: ${name} for the user: ${call.caller.account}`);
  return trail;
}

/** Trails are changed where they were made. @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html */
export function ownTrail(name: string | undefined, call: CallContext): Trail {
  const trail = theTrail(name, call);
  if (trail.homeRegion === call.region) return trail;
  throw new AwsError(
    'InvalidHomeRegionException',
    `The trail ${trail.name} can only be changed in its home region ${trail.homeRegion}, not in ${call.region}.`,
  );
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-naming-requirements.html */
function checkName(name: string | undefined): string {
  if (name === undefined || !/^(?=.{3,128}$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9]+)*$/.test(name)) {
    throw new AwsError(
      'InvalidTrailNameException',
      `Trail name ${name} is not valid: 3 to 128 letters, digits, dots, underscores and dashes.`,
    );
  }
  return name;
}

function checkBucket(name: string | undefined, { world }: CallContext): string {
  if (name !== undefined && world.s3.buckets.has(name)) return name;
  throw new AwsError('S3BucketDoesNotExistException', `S3 bucket ${name} does not exist!`);
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html */
function createTrail(input: ct.CreateTrailCommandInput, call: CallContext) {
  const name = checkName(input.Name);
  const { account } = call.caller;
  const trails = mine(call);
  const arn = trailArn(account, call.region, name);
  if (trails.has(arn)) throw new AwsError('TrailAlreadyExistsException', `Trail ${name} already exists for customer: ${account}`);
  if ([...trails.values()].filter((trail) => trail.homeRegion === call.region).length >= 5) {
    throw new AwsError('MaximumNumberOfTrailsExceededException', `User: ${account} already has 5 trails in ${call.region}.`);
  }
  const trail: Trail = {
    ...{ name, arn, account, homeRegion: call.region, bucket: checkBucket(input.S3BucketName, call), prefix: input.S3KeyPrefix },
    ...{ multiRegion: input.IsMultiRegionTrail ?? false, globalEvents: input.IncludeGlobalServiceEvents ?? true },
    ...{ logFileValidation: input.EnableLogFileValidation ?? false, organization: input.IsOrganizationTrail ?? false },
    // A new trail does not log until it is told to.
    ...{ logging: false, started: undefined, stopped: undefined, selectors: defaultSelectors, tags: [...(input.TagsList ?? [])] },
  };
  requireGlobal(trail);
  trails.set(arn, trail);
  return written(trail);
}

function requireGlobal({ multiRegion, globalEvents }: Trail): void {
  if (!multiRegion || globalEvents) return;
  throw new AwsError('InvalidParameterCombinationException', 'Multi-Region trail must include global service events.');
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html */
function updateTrail(input: ct.UpdateTrailCommandInput, call: CallContext) {
  const trail = ownTrail(input.Name, call);
  const changed = {
    ...(input.S3BucketName !== undefined && { bucket: checkBucket(input.S3BucketName, call) }),
    ...(input.S3KeyPrefix !== undefined && { prefix: input.S3KeyPrefix }),
    ...(input.IsMultiRegionTrail !== undefined && { multiRegion: input.IsMultiRegionTrail }),
    ...(input.IncludeGlobalServiceEvents !== undefined && { globalEvents: input.IncludeGlobalServiceEvents }),
    ...(input.EnableLogFileValidation !== undefined && { logFileValidation: input.EnableLogFileValidation }),
  };
  requireGlobal({ ...trail, ...changed });
  return written(Object.assign(trail, changed));
}

const written = (trail: Trail) => ({
  Name: trail.name,
  S3BucketName: trail.bucket,
  S3KeyPrefix: trail.prefix,
  IncludeGlobalServiceEvents: trail.globalEvents,
  IsMultiRegionTrail: trail.multiRegion,
  TrailARN: trail.arn,
  LogFileValidationEnabled: trail.logFileValidation,
  IsOrganizationTrail: trail.organization,
});

const shown = (trail: Trail) => ({
  ...written(trail),
  HomeRegion: trail.homeRegion,
  HasCustomEventSelectors: trail.selectors !== defaultSelectors,
  HasInsightSelectors: false,
});

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html */
function deleteTrail(input: ct.DeleteTrailCommandInput, call: CallContext): void {
  mine(call).delete(ownTrail(input.Name, call).arn);
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrail.html */
const getTrail = (input: ct.GetTrailCommandInput, call: CallContext) => ({ Trail: shown(theTrail(input.Name, call)) });

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html */
function describeTrails(input: ct.DescribeTrailsCommandInput, call: CallContext) {
  const names = input.trailNameList ?? [];
  const shadows = input.includeShadowTrails ?? true;
  const found = [...mine(call).values()]
    .filter((trail) => trail.homeRegion === call.region || (shadows && trail.multiRegion))
    .filter((trail) => names.length === 0 || names.includes(trail.name) || names.includes(trail.arn));
  return { trailList: found.map(shown) };
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html */
function listTrails(_input: ct.ListTrailsCommandInput, call: CallContext) {
  return {
    Trails: [...mine(call).values()].map(({ arn, name, homeRegion }) => ({ TrailARN: arn, Name: name, HomeRegion: homeRegion })),
  };
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html */
function startLogging(input: ct.StartLoggingCommandInput, call: CallContext): void {
  Object.assign(ownTrail(input.Name, call), { logging: true, started: call.world.clock.now() });
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html */
function stopLogging(input: ct.StopLoggingCommandInput, call: CallContext): void {
  Object.assign(ownTrail(input.Name, call), { logging: false, stopped: call.world.clock.now() });
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html */
function getTrailStatus(input: ct.GetTrailStatusCommandInput, call: CallContext) {
  const { logging, started, stopped } = theTrail(input.Name, call);
  return { IsLogging: logging, StartLoggingTime: started, StopLoggingTime: stopped };
}

/** A trail by ARN, from whichever region. @throws AwsError `ResourceNotFoundException` */
function taggedTrail(arn: string | undefined, call: CallContext): Trail {
  const trail = mine(call).get(arn ?? '');
  if (!trail) throw new AwsError('ResourceNotFoundException', `Resource ${arn} not found.`);
  return trail;
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html */
function addTags({ ResourceId, TagsList = [] }: ct.AddTagsCommandInput, call: CallContext): void {
  const trail = taggedTrail(ResourceId, call);
  trail.tags = [...without(trail, TagsList), ...TagsList];
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RemoveTags.html */
function removeTags({ ResourceId, TagsList = [] }: ct.RemoveTagsCommandInput, call: CallContext): void {
  const trail = taggedTrail(ResourceId, call);
  trail.tags = without(trail, TagsList);
}

const without = ({ tags }: Trail, other: readonly ct.Tag[]) => tags.filter(({ Key }) => !other.some((tag) => tag.Key === Key));

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html */
function listTags({ ResourceIdList = [] }: ct.ListTagsCommandInput, call: CallContext) {
  const trails = ResourceIdList.map((arn) => taggedTrail(arn, call));
  return { ResourceTagList: trails.map(({ arn, tags }) => ({ ResourceId: arn, TagsList: [...tags] })) };
}

export const trailHandlers = {
  AddTags: addTags,
  RemoveTags: removeTags,
  ListTags: listTags,
  CreateTrail: createTrail,
  UpdateTrail: updateTrail,
  DeleteTrail: deleteTrail,
  GetTrail: getTrail,
  DescribeTrails: describeTrails,
  ListTrails: listTrails,
  StartLogging: startLogging,
  StopLogging: stopLogging,
  GetTrailStatus: getTrailStatus,
};
