/** Policies of the organization come, go and change in one region of the management account, and can concern every replication. */

/** @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html */
export const organizationPattern = {
  source: ['aws.organizations'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: {
    eventName: [
      ...['AttachPolicy', 'DetachPolicy', 'UpdatePolicy', 'EnablePolicyType', 'DisablePolicyType'],
      ...['MoveAccount', 'EnableAllFeatures'],
    ],
    errorCode: [{ exists: false }],
  },
};
