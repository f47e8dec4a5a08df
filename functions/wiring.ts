/** The composition root: the controller on AWS, made once for each execution environment. */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { aspects } from '../shared/aspects/index.ts';
import { type SpokeAccess, spokeGateway } from '../shared/aws/accounts.ts';
import { parameterStore } from '../shared/aws/desired-state-store.ts';
import { editorLookup } from '../shared/aws/editor.ts';
import { hubGateway } from '../shared/aws/hub-gateway.ts';
import { underBoundary } from '../shared/aws/role-boundary.ts';
import { sessionPolicies } from '../shared/aws/session-policy.ts';
import type { Controller, Notifier } from '../shared/controller/ports.ts';
import type { AwsGateway } from '../shared/model/aws-call.ts';
import { organizationPolicies } from './organization-policies.ts';
import { clientConfig, once, routingOf, userAgent } from './routing.ts';
import { type FunctionSettings, settingsFrom } from './settings.ts';

/** @throws BadEnvironment */
export const controllerFromEnvironment = once(() => controllerOf(settingsFrom(process.env, { tells: true })));

function controllerOf(settings: FunctionSettings): Controller {
  const routing = routingOf(settings);
  const hub = hubGateway({ userAgent, caller: 'the function' });
  const observer = spoke(settings.observerRole, settings);
  const controller: Controller = {
    ...routing,
    desiredState: parameterStore({ hub, path: settings.documentsPath, freezeParameter: settings.freezeParameter }),
    notifier: notifierOf(settings.topicArn ?? ''),
    settings: settings.controller,
    observer,
    // Where nothing is to be written, nobody can.
    healer: settings.controller.mode === 'observe' ? observer : healerOf(settings),
    editorOf: editorLookup({ hub, log: routing.log }),
    ...(settings.readsOrganization && { organizationOf: organizationPolicies(routing.log) }),
    readmit: async (cause) => {
      const { admit } = await import('../shared/controller/admit.ts');
      await admit(controller, { cause: 'alias', requestId: `${cause}:${randomUUID()}` });
    },
    now: () => new Date(),
    wait: (seconds) => setTimeout(seconds * 1000),
    random: Math.random,
  };
  return controller;
}

/** Calls in the accounts of the spokes, in one of the two roles there. */
export const spoke = (role: string, { externalId }: FunctionSettings, more: SpokeAccess = {}): AwsGateway =>
  spokeGateway({ ...more, role, userAgent, sessionName: sessionName(), ...(externalId !== undefined && { externalId }) });

/** A session that repairs one thing has no rights to any other. */
function healerOf(settings: FunctionSettings): AwsGateway {
  const healer = spoke(settings.healerRole, settings, { sessionPolicy: sessionPolicies(aspects) });
  return settings.roleBoundary === undefined ? healer : underBoundary(healer, settings.roleBoundary);
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const sessionName = (): string =>
  (process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'lockstep').replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);

/** Most invocations tell nothing, and need no client for it. */
function notifierOf(topicArn: string): Notifier {
  const loaded = once(async () => {
    const { newSnsClient, snsNotifier } = await import('../shared/aws/notifier.ts');
    return snsNotifier({ client: newSnsClient(clientConfig), topicArn });
  });
  return { tell: async (story) => (await loaded()).tell(story) };
}
