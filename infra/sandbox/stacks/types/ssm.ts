/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SSM.html */
import { type Made, only, type Properties, type ResourceType, tagMap, textOf } from '../resource-type.ts';
import { retag, tagList } from './tags.ts';

const ofValue = ['Type', 'Value', 'Description', 'AllowedPattern', 'Tier', 'DataType', 'Policies'];

const madeOf = (id: string, wanted: Properties): Made => ({
  id,
  attributes: { Type: textOf(wanted, 'Type'), Value: textOf(wanted, 'Value') },
});

const parameter: ResourceType = {
  takes: ['Name', 'Tags', ...ofValue],
  replacing: ['Name'],
  name: 'Name',
  async create(wanted, here) {
    const Name = String(wanted.Name ?? `CFN-${here.named()}`);
    const Tags = tagList(tagMap(wanted.Tags));
    await here.call('ssm:PutParameter', { Name, ...only(wanted, ofValue), Tags });
    return madeOf(Name, wanted);
  },
  async update(change, here) {
    const { made, wanted } = change;
    await here.call('ssm:PutParameter', { Name: made.id, ...only(wanted, ofValue), Overwrite: true });
    await retag(change, here, {
      ...{ tag: 'ssm:AddTagsToResource', untag: 'ssm:RemoveTagsFromResource' },
      on: { ResourceType: 'Parameter', ResourceId: made.id },
    });
    return madeOf(made.id, wanted);
  },
  remove: async ({ id }, _properties, { call }) => void (await call('ssm:DeleteParameter', { Name: id })),
};

export const ssmTypes = { 'AWS::SSM::Parameter': parameter };
