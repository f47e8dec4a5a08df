// Only what is needed, so that bundles do not carry the whole client.
export { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
