import type * as cw from '@aws-sdk/client-cloudwatch';
import { AwsError, type CallContext } from '../../service.ts';
import type { Dashboard } from './state.ts';

// Dashboards are global: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
const arnOf = ({ caller }: CallContext, name: string | undefined): string =>
  `arn:aws:cloudwatch::${caller.account}:dashboard/${name}`;

export function putDashboard(
  { DashboardName: name = '', DashboardBody: body = '' }: cw.PutDashboardCommandInput,
  call: CallContext,
) {
  if (!/^[\w-]{1,255}$/.test(name)) throw badInput('The dashboard name holds more than letters, digits, - and _.');
  if (!isObject(body)) throw badInput('The field DashboardBody must be a valid JSON object');
  const dashboard = { account: call.caller.account, name, body, modified: call.world.clock.now() };
  call.world.cloudwatch.dashboards.set(arnOf(call, name), dashboard);
  return { DashboardValidationMessages: [] };
}

const badInput = (message: string): AwsError => new AwsError('DashboardInvalidInputError', message);

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export function getDashboard({ DashboardName }: cw.GetDashboardCommandInput, call: CallContext) {
  const { name, body } = theDashboard(DashboardName, call);
  return { DashboardArn: arnOf(call, name), DashboardName: name, DashboardBody: body };
}

function theDashboard(name: string | undefined, call: CallContext): Dashboard {
  const found = call.world.cloudwatch.dashboards.get(arnOf(call, name));
  if (!found) throw new AwsError('DashboardNotFoundError', `Dashboard ${name} does not exist`, 404);
  return found;
}

export function listDashboards({ DashboardNamePrefix: prefix = '' }: cw.ListDashboardsCommandInput, call: CallContext) {
  const mine = [...call.world.cloudwatch.dashboards.values()].filter(
    ({ account, name }) => account === call.caller.account && name.startsWith(prefix),
  );
  return {
    DashboardEntries: mine.map(({ name, body, modified }) => ({
      DashboardName: name,
      DashboardArn: arnOf(call, name),
      LastModified: modified,
      Size: Buffer.byteLength(body),
    })),
  };
}

export function deleteDashboards({ DashboardNames = [] }: cw.DeleteDashboardsCommandInput, call: CallContext): void {
  for (const name of DashboardNames) theDashboard(name, call);
  for (const name of DashboardNames) call.world.cloudwatch.dashboards.delete(arnOf(call, name));
}
