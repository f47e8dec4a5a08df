/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_KMS.html */
import { type Change, type Here, isSame, jsonOf, only, type ResourceType, tagMap, textAt, textOf } from '../resource-type.ts';
import { retag } from './tags.ts';

const kmsTags = (tags: Readonly<Record<string, string>>): unknown =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));

const ofKey = ['Description', 'KeyUsage', 'KeySpec', 'MultiRegion', 'Origin', 'BypassPolicyLockoutSafetyCheck'];

const key: ResourceType = {
  takes: [...ofKey, 'KeyPolicy', 'Tags', 'Enabled', 'EnableKeyRotation', 'RotationPeriodInDays', 'PendingWindowInDays'],
  replacing: ['KeyUsage', 'KeySpec', 'MultiRegion', 'Origin'],
  async create(wanted, { call }) {
    const answer = await call('kms:CreateKey', {
      ...only(wanted, ofKey),
      ...(wanted.KeyPolicy !== undefined && { Policy: jsonOf(wanted.KeyPolicy) }),
      ...(wanted.Tags !== undefined && { Tags: kmsTags(tagMap(wanted.Tags)) }),
    });
    const id = textAt(answer, 'KeyMetadata.KeyId');
    return { id, attributes: { Arn: textAt(answer, 'KeyMetadata.Arn'), KeyId: id } };
  },
  async update(change, here) {
    const { made, before, wanted } = change;
    const KeyId = made.id;
    if (!isSame(before.KeyPolicy, wanted.KeyPolicy) && wanted.KeyPolicy !== undefined) {
      const bypass = only(wanted, ['BypassPolicyLockoutSafetyCheck']);
      await here.call('kms:PutKeyPolicy', { KeyId, Policy: jsonOf(wanted.KeyPolicy), ...bypass });
    }
    if (!isSame(before.Description, wanted.Description)) {
      await here.call('kms:UpdateKeyDescription', { KeyId, Description: wanted.Description ?? '' });
    }
    const on = { KeyId };
    await retag(change, here, { tag: 'kms:TagResource', untag: 'kms:UntagResource', on, form: kmsTags });
    return undefined;
  },
  complete: completeKey,
  /** A key is not deleted but scheduled for it. */
  async remove({ id: KeyId }, properties, { call }) {
    await call('kms:ScheduleKeyDeletion', { KeyId, ...only(properties, ['PendingWindowInDays']) });
  },
};

async function completeKey({ made, before, wanted }: Change, { call }: Here): Promise<void> {
  const KeyId = made.id;
  const [rotated, rotates] = [before, wanted].map(({ EnableKeyRotation }) => String(EnableKeyRotation) === 'true');
  if (rotates) await call('kms:EnableKeyRotation', { KeyId, ...only(wanted, ['RotationPeriodInDays']) });
  else if (rotated) await call('kms:DisableKeyRotation', { KeyId });
  const [wasOff, isOff] = [before, wanted].map(({ Enabled }) => String(Enabled) === 'false');
  if (isOff && !wasOff) await call('kms:DisableKey', { KeyId });
  if (wasOff && !isOff) await call('kms:EnableKey', { KeyId });
}

const alias: ResourceType = {
  takes: ['AliasName', 'TargetKeyId'],
  replacing: ['AliasName'],
  name: 'AliasName',
  async create(wanted, { call }) {
    await call('kms:CreateAlias', wanted);
    return { id: textOf(wanted, 'AliasName'), attributes: {} };
  },
  async update({ wanted }, { call }) {
    await call('kms:UpdateAlias', wanted);
    return undefined;
  },
  remove: async ({ id }, _properties, { call }) => void (await call('kms:DeleteAlias', { AliasName: id })),
};

export const kmsTypes = { 'AWS::KMS::Key': key, 'AWS::KMS::Alias': alias };
