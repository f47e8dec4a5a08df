import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../../functions/settings.ts';

const needed = {
  LOCKSTEP_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111111111111/lockstep.fifo',
  LOCKSTEP_TOPIC_ARN: 'arn:aws:sns:eu-west-1:111111111111:lockstep',
};
const tells = { tells: true };

describe('the environment of a function', () => {
  it('needs a queue and a topic; the rest has defaults', () => {
    expect(settingsFrom(needed, tells)).toEqual({
      ledgerTable: 'lockstep-ledger',
      queueUrl: needed.LOCKSTEP_QUEUE_URL,
      topicArn: needed.LOCKSTEP_TOPIC_ARN,
      documentsPath: '/lockstep/desired-state/',
      freezeParameter: '/lockstep/freeze',
      observerRole: 'lockstep-observer',
      healerRole: 'lockstep-healer',
      externalId: undefined,
      busName: 'lockstep',
      forwardRule: 'lockstep-forward',
      failureAccounts: [],
      heartbeatMinutes: 0,
      roleBoundary: undefined,
      readsOrganization: false,
      flow: { account: 'source', everyHours: 6, stalledMinutes: 120 },
      controller: { mode: 'repair', budgetPercent: 25, budgetMinimum: 5, contestedRepairs: 3, reserveSeconds: 10 },
    });
  });

  it('needs no topic where nothing is told', () => {
    const { LOCKSTEP_QUEUE_URL } = needed;

    expect(settingsFrom({ LOCKSTEP_QUEUE_URL }, { tells: false }).topicArn).toBeUndefined();
    expect(() => settingsFrom({ LOCKSTEP_QUEUE_URL }, tells)).toThrow('LOCKSTEP_TOPIC_ARN is missing');
  });

  it('may say everything otherwise', () => {
    const environment = {
      ...needed,
      ...{ LOCKSTEP_LEDGER_TABLE: 'other', LOCKSTEP_DOCUMENTS_PATH: '/team/docs', LOCKSTEP_FREEZE_PARAMETER: 'stop' },
      ...{ LOCKSTEP_OBSERVER_ROLE: '/ops/watcher', LOCKSTEP_HEALER_ROLE: 'ops/healer', LOCKSTEP_EXTERNAL_ID: 'o-1:x' },
      ...{ LOCKSTEP_BUS: 'other', LOCKSTEP_FORWARD_RULE: 'forward', LOCKSTEP_HEARTBEAT_MINUTES: '30' },
      ...{ LOCKSTEP_ROLE_BOUNDARY: '/org/limit', LOCKSTEP_ORGANIZATION: 'read' },
      ...{ LOCKSTEP_METRICS_ACCOUNT: 'destination', LOCKSTEP_METRICS_HOURS: '0', LOCKSTEP_STALLED_MINUTES: '60' },
      ...{ LOCKSTEP_MODE: 'observe', LOCKSTEP_BUDGET_PERCENT: '0', LOCKSTEP_BUDGET_MINIMUM: '0' },
      ...{ LOCKSTEP_CONTESTED_REPAIRS: '1', LOCKSTEP_RESERVE_SECONDS: '30', LOCKSTEP_FAILURE_TOPIC: 'failures' },
    };

    expect(settingsFrom(environment, tells)).toMatchObject({
      ...{ ledgerTable: 'other', documentsPath: '/team/docs', freezeParameter: 'stop' },
      ...{ observerRole: 'ops/watcher', healerRole: 'ops/healer', externalId: 'o-1:x' },
      ...{ busName: 'other', forwardRule: 'forward', heartbeatMinutes: 30, roleBoundary: 'org/limit', readsOrganization: true },
      flow: { account: 'destination', everyHours: 0, stalledMinutes: 60 },
      controller: {
        mode: 'observe',
        budgetPercent: 0,
        budgetMinimum: 0,
        contestedRepairs: 1,
        reserveSeconds: 30,
        failureTopic: 'failures',
      },
    });
  });

  it.each([
    { name: 'LOCKSTEP_QUEUE_URL', value: ' ', says: 'is missing', because: 'blanks are nothing' },
    { name: 'LOCKSTEP_QUEUE_URL', value: 'lockstep.fifo', says: 'must be the URL', because: 'a name is no URL' },
    {
      name: 'LOCKSTEP_TOPIC_ARN',
      value: 'arn:aws:sqs:eu-west-1:111111111111:q',
      says: 'must be the ARN',
      because: 'it is a queue',
    },
    { name: 'LOCKSTEP_LEDGER_TABLE', value: 'a', says: 'must be the name', because: 'tables have three characters and more' },
    { name: 'LOCKSTEP_DOCUMENTS_PATH', value: 'lockstep/', says: 'must be a path', because: 'paths begin with a slash' },
    {
      name: 'LOCKSTEP_FREEZE_PARAMETER',
      value: '/lockstep/desired-state/freeze',
      says: 'must not lie under',
      because: 'it would be a document',
    },
    {
      name: 'LOCKSTEP_HEALER_ROLE',
      value: 'arn:aws:iam::1:role/x',
      says: 'must be the name of a role',
      because: 'it is the same in every account',
    },
    {
      name: 'LOCKSTEP_FORWARD_RULE',
      value: 'arn:aws:events:eu-west-1:1:rule/x',
      says: 'must be the name of an EventBridge rule',
      because: 'it is the same in every account',
    },
    {
      name: 'LOCKSTEP_FAILURE_TOPIC',
      value: 'arn:aws:sns:eu-west-1:111111111111:failures',
      says: 'must be the name of an SNS topic',
      because: 'it is the same in every account and region',
    },
    {
      name: 'LOCKSTEP_FAILURE_TOPIC',
      value: 'failures.fifo',
      says: 'must be the name of an SNS topic that is not FIFO',
      because: 'S3 sends to none',
    },
    { name: 'LOCKSTEP_EXTERNAL_ID', value: 'x', says: 'must be an external id', because: 'STS asks for two characters' },
    {
      name: 'LOCKSTEP_MODE',
      value: 'Observe',
      says: 'must be "repair" or "observe"',
      because: 'a mode that is not understood is none',
    },
    {
      name: 'LOCKSTEP_BUDGET_PERCENT',
      value: '101',
      says: 'must be a whole number from 0 to 100',
      because: 'it is a part of the whole',
    },
    { name: 'LOCKSTEP_BUDGET_PERCENT', value: '2.5', says: 'must be a whole number', because: 'it is counted in whole percents' },
    {
      name: 'LOCKSTEP_CONTESTED_REPAIRS',
      value: '0',
      says: 'must be a whole number from 1',
      because: 'nothing would ever be repaired',
    },
    {
      name: 'LOCKSTEP_HEARTBEAT_MINUTES',
      value: '30m',
      says: 'must be a whole number from 0 to 1440',
      because: 'it is a number of minutes',
    },
    {
      name: 'LOCKSTEP_RESERVE_SECONDS',
      value: '-1',
      says: 'must be a whole number from 1',
      because: 'time does not run backwards',
    },
  ])('is refused with $name=$value, for $because', ({ name, value, says }) => {
    expect(() => settingsFrom({ ...needed, [name]: value }, tells)).toThrow(new RegExp(`${name} ${says}`));
  });

  it('is refused once, for all that is wrong with it', () => {
    expect(() => settingsFrom({ LOCKSTEP_MODE: 'x' }, tells)).toThrow(
      /^This function cannot run with its environment: LOCKSTEP_QUEUE_URL .*; LOCKSTEP_TOPIC_ARN .*; LOCKSTEP_MODE .*"x"\.$/,
    );
  });
});
