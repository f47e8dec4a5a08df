/** Stands before every handler and lets through only what the caller may do. */
import type { AwsError, CallContext } from '../service.ts';
import type { Interceptor } from '../wire/dispatch.ts';
import { actionTables } from './actions.ts';
import type { Check, ServiceActions } from './check.ts';
import { hearing } from './judge.ts';
import { keepRefusals } from './parts.ts';
import { accessDenied, refuseAsUsual, whyDenied } from './refusal.ts';

/** What cannot be told counts as denied; the record of the call then says why. */
export function authorising(): Interceptor {
  return {
    before(call, input) {
      authorise(call, input);
      return undefined;
    },
  };
}

/** @throws AwsError in the words of the service, unless the caller has every permission the operation needs */
export function authorise(call: CallContext, input: object): void {
  const table = actionTables[call.service];
  const refused = refusalOf(call, checksOf(table, call, input), table);
  if (refused) throw refused;
  const parts = table?.parts?.[call.operation] as
    | ((input: object, call: CallContext) => readonly (readonly Check[])[])
    | undefined;
  if (!parts) return;
  const refusals = parts(input, call).map((checks, place) => [place, refusalOf(call, checks, table)] as const);
  keepRefusals(call, new Map(refusals.filter((one): one is readonly [number, AwsError] => one[1] !== undefined)));
}

/** The first permission that is missing, in the words of the service; undefined: none is. */
function refusalOf(call: CallContext, checks: readonly Check[], table: ServiceActions | undefined): AwsError | undefined {
  if (checks.length === 0) return undefined;
  const { judge } = hearing(call);
  for (const check of checks) {
    const { decision, policies } = judge(check);
    if (decision.answer === 'allowed') continue;
    const why = whyDenied(decision, policies, check.action);
    return (table?.refuse ?? refuseAsUsual)({ check, call, decision, why });
  }
  return undefined;
}

function checksOf(table: ServiceActions | undefined, call: CallContext, input: object): readonly Check[] {
  if (!table) return [{ action: `${call.service}:${call.operation}`, resource: '*' }];
  const checks = Object.hasOwn(table.operations, call.operation) ? table.operations[call.operation] : undefined;
  if (checks) return (checks as (input: object, call: CallContext) => readonly Check[])(input, call);
  const file = `infra/sandbox/authorisation/actions/${prefixOf(call.service)}.ts`;
  throw accessDenied(
    call.service,
    `The local AWS does not know which permissions ${call.service}:${call.operation} needs. Its line is missing in ${file}.`,
  );
}

/** IAM's name of a service, where it is not the one requests are signed for. */
const prefixOf = (service: string): string => (service === 'monitoring' ? 'cloudwatch' : service);
