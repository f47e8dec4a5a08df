/**
 * Whether some trail records the changes of a place: without one that is logging, CloudTrail tells EventBridge nothing.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
import type { TrailInfo } from '../../model/operations.ts';
import type { Watch } from '../ports.ts';
import { broken, cannotTell, type Found, joined, nothingWrong } from './found.ts';
import type { Place } from './places.ts';
import { recordedBy, type Selectors } from './selectors.ts';

interface OfTrail extends Found {
  /** Services whose changes it records. */
  readonly records: readonly string[];
}

/** One call, and one or two a trail until all is recorded; so a place with one good trail takes two. */
export async function lookAtTrails(watch: Watch, place: Place): Promise<Found> {
  const { account, region, sources } = place;
  // Trails of all regions, and the organization's, are listed as shadows: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
  const call = { operation: 'cloudtrail:DescribeTrails', account, region, input: { includeShadowTrails: true } } as const;
  const reply = await watch.gateway.send<'cloudtrail:DescribeTrails'>(call);
  if (!reply.ok) return cannotTell(call, reply.error);
  const looked: OfTrail[] = [];
  const missing = (): readonly string[] => sources.filter((source) => !looked.some(({ records }) => records.includes(source)));
  for (const trail of reply.output.trailList ?? []) if (missing().length > 0) looked.push(await lookAt(watch, place, trail));
  if (missing().length === 0) return nothingWrong;
  const { unknown, broken: why } = joined(looked);
  // A trail that may not be looked at may be the one that records.
  if (unknown.length > 0) return { broken: [], unknown };
  return broken([`No trail records changes of ${missing().join(', ')} in account ${account} (${region}).`, ...why].join(' '));
}

async function lookAt(watch: Watch, place: Place, trail: TrailInfo): Promise<OfTrail> {
  const nothing = (found: Found): OfTrail => ({ ...found, records: [] });
  const { account, region, sources } = place;
  // A shadow is told by its ARN, and so is a trail of the organization: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
  const call = { operation: 'cloudtrail:GetTrailStatus', account, region, input: { Name: trail.TrailARN } } as const;
  const reply = await watch.gateway.send<'cloudtrail:GetTrailStatus'>(call);
  if (!reply.ok) return nothing(cannotTell(call, reply.error));
  if (reply.output.IsLogging !== true) return nothing(broken(`The trail ${trail.TrailARN} is stopped.`));
  const selectors = await selectorsOf(watch, place, trail);
  if ('unknown' in selectors) return nothing(selectors);
  const records = sources.filter((source) => recordedBy(selectors, trail, source));
  const left = sources.filter((source) => !records.includes(source));
  return left.length === 0
    ? { ...nothingWrong, records }
    : { ...broken(`The trail ${trail.TrailARN} leaves out ${left.join(', ')}.`), records };
}

/** What nobody chose records all management events. */
async function selectorsOf({ gateway }: Watch, { account, region }: Place, trail: TrailInfo): Promise<Selectors | Found> {
  if (trail.HasCustomEventSelectors !== true) return {};
  const at = { account, region: trail.HomeRegion ?? region };
  const call = { operation: 'cloudtrail:GetEventSelectors', ...at, input: { TrailName: trail.TrailARN } } as const;
  const reply = await gateway.send<'cloudtrail:GetEventSelectors'>(call);
  return reply.ok ? reply.output : cannotTell(call, reply.error);
}
