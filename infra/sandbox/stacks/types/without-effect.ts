/** What a template may have, and what here is but a name. Their properties are not looked at. */
import type { Here, ResourceType } from '../resource-type.ts';

const names = ['LogGroupName', 'ConfigurationName'];

const nominal = (idOf: (here: Here, name: string | undefined) => string, arnOf: (here: Here, id: string) => string) =>
  ({
    takes: [],
    takesAnything: true,
    replacing: names,
    async create(wanted, here) {
      const given = Object.entries(wanted).find(([name]) => names.includes(name))?.[1];
      const id = idOf(here, given === undefined ? undefined : String(given));
      return { id, attributes: { Arn: arnOf(here, id) } };
    },
    update: async () => undefined,
    remove: async () => undefined,
  }) satisfies ResourceType;

/** The host of the functions keeps what they print: nothing is written to CloudWatch Logs, so nothing has to be kept or dropped there. */
const logGroup = nominal(
  (here, name) => name ?? here.named(512),
  ({ account, region }, id) => `arn:aws:logs:${region}:${account}:log-group:${id}:*`,
);

/** Nobody chats here. The topic that the channel listens to can be read all the same. https://docs.aws.amazon.com/chatbot/latest/APIReference/Welcome.html */
const chatConfiguration = (kind: string) =>
  nominal(
    ({ account, named }, name) => `arn:aws:chatbot::${account}:chat-configuration/${kind}/${name ?? named()}`,
    (_here, id) => id,
  );

/** CDK's own, for its usage statistics. */
const metadata = nominal(
  (here) => here.named(),
  (_here, id) => id,
);

export const typesWithoutEffect = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Chatbot::SlackChannelConfiguration': chatConfiguration('slack-channel'),
  'AWS::Chatbot::MicrosoftTeamsChannelConfiguration': chatConfiguration('microsoft-teams-channel'),
  'AWS::CDK::Metadata': metadata,
};
