/** Friendly names of keys. */
import type {
  CreateAliasRequest,
  DeleteAliasRequest,
  ListAliasesRequest,
  ListAliasesResponse,
  UpdateAliasRequest,
} from '@aws-sdk/client-kms';
import { AwsError, type CallContext } from '../../service.ts';
import { constraintBroken, notFound, validationError } from './errors.ts';
import { arnOfAlias, customerKeyOf, livingAlias, ownKeyOf } from './find.ts';
import type { Alias, Key } from './key.ts';
import { pageOf } from './paging.ts';
import { refusePendingDeletion } from './state.ts';

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
function createAlias(input: CreateAliasRequest, call: CallContext): void {
  const name = requireName(input.AliasName);
  const arn = arnOfAlias(call.region, call.caller.account, name);
  const key = targetOf(input.TargetKeyId, call);
  if (livingAlias(arn, call)) throw new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`);
  const now = call.world.clock.now();
  call.world.kms.aliases.set(arn, { name, arn, keyArn: key.arn, createdAt: now, updatedAt: now });
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html */
function updateAlias(input: UpdateAliasRequest, call: CallContext): void {
  const alias = ownAlias(input.AliasName, call);
  const key = targetOf(input.TargetKeyId, call);
  const before = call.world.kms.keys.get(alias.keyArn);
  if (before && before.usage !== key.usage) throw validationError('The new key must have the same key usage as the current one.');
  call.world.kms.aliases.set(alias.arn, { ...alias, keyArn: key.arn, updatedAt: call.world.clock.now() });
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html */
function deleteAlias(input: DeleteAliasRequest, call: CallContext): void {
  call.world.kms.aliases.delete(ownAlias(input.AliasName, call).arn);
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html */
function listAliases(input: ListAliasesRequest, call: CallContext): ListAliasesResponse {
  const only = input.KeyId === undefined ? undefined : ownKeyOf(input, call).arn;
  const here = arnOfAlias(call.region, call.caller.account, 'alias/');
  const aliases = [...call.world.kms.aliases.values()]
    .filter((alias) => alias.arn.startsWith(here) && livingAlias(alias.arn, call))
    .filter((alias) => only === undefined || alias.keyArn === only)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { page, ...more } = pageOf(aliases, input, 50);
  return { Aliases: page.map(listed), ...more };
}

const listed = (alias: Alias) => ({
  AliasName: alias.name,
  AliasArn: alias.arn,
  TargetKeyId: alias.keyArn.slice(alias.keyArn.indexOf('/') + 1),
  CreationDate: alias.createdAt,
  LastUpdatedDate: alias.updatedAt,
});

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html */
function requireName(name = ''): string {
  if (!name.startsWith('alias/')) {
    const page = 'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';
    throw validationError(`Alias must start with the prefix "alias/". Please see ${page}`);
  }
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(name)) {
    throw constraintBroken(name, 'aliasName', 'Member must satisfy regular expression pattern: ^alias/[a-zA-Z0-9/_-]+$');
  }
  if (name.startsWith('alias/aws/'))
    throw new AwsError('NotAuthorizedException', 'The prefix alias/aws/ is reserved for AWS managed keys.');
  return name;
}

function ownAlias(named: string | undefined, call: CallContext): Alias {
  const arn = arnOfAlias(call.region, call.caller.account, requireName(named));
  const alias = livingAlias(arn, call);
  if (!alias) throw notFound(`Alias ${arn} is not found.`);
  return alias;
}

function targetOf(keyId: string | undefined, call: CallContext): Key {
  if (keyId?.includes('alias/')) throw validationError('Aliases must refer to keys. Not aliases');
  const key = customerKeyOf({ KeyId: keyId }, call);
  refusePendingDeletion(key);
  return key;
}

export const aliasHandlers = {
  CreateAlias: createAlias,
  UpdateAlias: updateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
};
