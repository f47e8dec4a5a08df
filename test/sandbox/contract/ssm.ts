import * as ssm from '@aws-sdk/client-ssm';
import type { Case, Scene } from './scene.ts';

const nameOf = ({ name }: Scene): string => `/lockstep/${name}`;

const put = (at: Scene, more: Partial<ssm.PutParameterCommandInput> = {}) =>
  at.source.ssm.send(new ssm.PutParameterCommand({ Name: nameOf(at), Type: 'String', Value: 'one', ...more }));

const get = (at: Scene, Name: string = nameOf(at)) => at.source.ssm.send(new ssm.GetParameterCommand({ Name }));

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
export const ssmCases: readonly Case[] = [
  { because: 'a parameter that is not there', call: (at) => get(at), error: ['ParameterNotFound', 400], moto: true },
  {
    because: 'a parameter is read back',
    call: async (at) => {
      await put(at, { Value: '{"version":1}' });
      return get(at);
    },
    answer: { Parameter: { Value: '{"version":1}', Version: 1, Type: 'String' } },
    moto: true,
  },
  {
    because: 'it is not overwritten by mistake',
    call: async (at) => {
      await put(at);
      return put(at);
    },
    error: ['ParameterAlreadyExists', 400],
    moto: true,
  },
  {
    because: 'overwritten, it has a second version',
    call: async (at) => {
      await put(at);
      await put(at, { Value: 'two', Overwrite: true });
      return get(at);
    },
    answer: { Parameter: { Value: 'two', Version: 2 } },
    moto: true,
  },
  {
    because: 'the first can still be read',
    call: async (at) => {
      await put(at);
      await put(at, { Value: 'two', Overwrite: true });
      return get(at, `${nameOf(at)}:1`);
    },
    answer: { Parameter: { Value: 'one', Version: 1 } },
    moto: true,
  },
  {
    because: 'a version that is not there',
    call: async (at) => {
      await put(at);
      return get(at, `${nameOf(at)}:9`);
    },
    error: ['ParameterVersionNotFound', 400],
    moto: true,
  },
  {
    because: 'a standard parameter has 4 KB',
    call: (at) => put(at, { Value: 'x'.repeat(4097) }),
    error: ['ValidationException', 400],
    moto: 'has no limits of size',
  },
  {
    because: 'an advanced one has 8 KB',
    call: async (at) => {
      await put(at, { Value: 'x'.repeat(8192), Tier: 'Advanced' });
      const { Parameter } = await get(at);
      return { length: Parameter?.Value?.length };
    },
    answer: { length: 8192 },
    moto: true,
  },
  {
    because: 'and not a character more',
    call: (at) => put(at, { Value: 'x'.repeat(8193), Tier: 'Advanced' }),
    error: ['ValidationException', 400],
    moto: 'has no limits of size',
  },
  {
    because: 'names do not start with aws',
    call: (at) => put(at, { Name: '/aws/lockstep' }),
    error: ['AccessDeniedException', 400],
    moto: true,
  },
  {
    because: 'a path reads what is right under it',
    call: async (at) => {
      await put(at, { Name: `${nameOf(at)}/a` });
      await put(at, { Name: `${nameOf(at)}/b/c` });
      const { Parameters } = await at.source.ssm.send(new ssm.GetParametersByPathCommand({ Path: nameOf(at) }));
      return { found: Parameters?.map(({ Name }) => Name?.slice(nameOf(at).length)) };
    },
    answer: { found: ['/a'] },
    moto: true,
  },
  {
    because: 'and all of it when asked to',
    call: async (at) => {
      await put(at, { Name: `${nameOf(at)}/a` });
      await put(at, { Name: `${nameOf(at)}/b/c` });
      const everything = { Path: nameOf(at), Recursive: true };
      const { Parameters } = await at.source.ssm.send(new ssm.GetParametersByPathCommand(everything));
      return { found: Parameters?.map(({ Name }) => Name?.slice(nameOf(at).length)).sort() };
    },
    answer: { found: ['/a', '/b/c'] },
    moto: true,
  },
  {
    because: 'a page has ten parameters at most',
    call: (at) => at.source.ssm.send(new ssm.GetParametersByPathCommand({ Path: nameOf(at), MaxResults: 11 })),
    error: ['ValidationException', 400],
    moto: true,
  },
];
