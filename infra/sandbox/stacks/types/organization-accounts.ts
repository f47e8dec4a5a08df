import type { Answer, Call } from '../calls.ts';

/** @throws what Organizations answers where there is no organization */
export async function managementAccount(call: Call): Promise<string> {
  const { Organization } = await call('organizations:DescribeOrganization', {});
  return String((Organization as Answer).MasterAccountId);
}

/** Ids of the accounts in units of an organization, or in its root, and in all units below. */
export async function accountsUnder(units: readonly string[], call: Call): Promise<readonly string[]> {
  const found = await Promise.all(units.map((unit) => below(unit, call)));
  return [...new Set(found.flat())].sort();
}

async function below(ParentId: string, call: Call): Promise<readonly string[]> {
  const [accounts, units] = await Promise.all([
    pages('organizations:ListAccountsForParent', 'Accounts', ParentId, call),
    pages('organizations:ListOrganizationalUnitsForParent', 'OrganizationalUnits', ParentId, call),
  ]);
  const deeper = await Promise.all(units.map((unit) => below(unit, call)));
  return [...accounts, ...deeper.flat()];
}

/** Ids on all pages of a list. */
async function pages(operation: Parameters<Call>[0], list: string, ParentId: string, call: Call): Promise<readonly string[]> {
  const ids: string[] = [];
  let NextToken: unknown;
  do {
    const answer = await call(operation, { ParentId, ...(NextToken !== undefined && { NextToken }) });
    ids.push(...((answer[list] ?? []) as readonly { readonly Id: string }[]).map(({ Id }) => Id));
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return ids;
}
