/** Which events a trail is told to record. */
import type * as ct from '@aws-sdk/client-cloudtrail';
import { AwsError, type CallContext } from '../../service.ts';
import type { Selectors, Trail } from './state.ts';
import { ownTrail, theTrail } from './trails.ts';

const invalid = (message: string): AwsError => new AwsError('InvalidEventSelectorsException', message);

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html */
function putEventSelectors(input: ct.PutEventSelectorsCommandInput, call: CallContext) {
  const trail = ownTrail(input.TrailName, call);
  const { EventSelectors: basic, AdvancedEventSelectors: advanced } = input;
  if ((basic === undefined) === (advanced === undefined)) {
    throw invalid('You can use either EventSelectors or AdvancedEventSelectors, and must use one of them.');
  }
  trail.selectors = basic ? { basic: checkBasic(basic) } : { advanced: checkAdvanced(advanced ?? []) };
  return shown(trail.selectors, trail);
}

/** The sources that may be left out. */
const excludable = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'];

function checkBasic(selectors: readonly ct.EventSelector[]): readonly ct.EventSelector[] {
  if (selectors.length < 1 || selectors.length > 5) throw invalid('A trail takes 1 to 5 event selectors.');
  for (const { ReadWriteType: type = 'All', ExcludeManagementEventSources: excluded = [] } of selectors) {
    if (!['All', 'ReadOnly', 'WriteOnly'].includes(type)) throw invalid(`The ReadWriteType ${type} is not valid.`);
    const wrong = excluded.find((source) => !excludable.includes(source));
    if (wrong !== undefined) throw invalid(`${wrong} cannot be excluded; ${excludable.join(' and ')} can.`);
  }
  return structuredClone(selectors).map((selector) => ({
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
    ...selector,
  }));
}

function checkAdvanced(selectors: readonly ct.AdvancedEventSelector[]): readonly ct.AdvancedEventSelector[] {
  for (const { FieldSelectors: fields = [] } of selectors) {
    const category = fields.find(({ Field }) => Field === 'eventCategory');
    if (category?.Equals?.length !== 1)
      throw invalid('Every advanced event selector needs an eventCategory that equals one value.');
  }
  return structuredClone(selectors);
}

const shown = (selectors: Selectors, { arn }: Trail) => ({
  TrailARN: arn,
  ...('basic' in selectors ? { EventSelectors: [...selectors.basic] } : { AdvancedEventSelectors: [...selectors.advanced] }),
});

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html */
function getEventSelectors(input: ct.GetEventSelectorsCommandInput, call: CallContext) {
  const trail = theTrail(input.TrailName, call);
  return shown(trail.selectors, trail);
}

export const selectorHandlers = { PutEventSelectors: putEventSelectors, GetEventSelectors: getEventSelectors };
