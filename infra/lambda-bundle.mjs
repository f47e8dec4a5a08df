// What is particular to the bundles of Lambda functions: a folder each, and no more of the AWS SDK than runs there.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Credentials come from the environment: the SDK's other ways to them (profiles, single sign-on, instance metadata) have nowhere to look in Lambda.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const credentials = `
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  throw Object.assign(new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set'), { name: 'CredentialsProviderError' });
};
`;

/**
 * A client carries a class for every refusal of every operation, 141 of them for Parameter Store. We tell refusals by name, and without
 * its class one has its name all the same, on the service's base class: what the SDK does with every refusal it does not know.
 */
const registration = /^n0_registry\.registerError\(.*\);$/gm;

/**
 * The schemas of all operations stand in one file, with names as constants: `{ [_e]: _c }`. What a computed key does esbuild cannot know,
 * and so keeps the schemas of operations that nobody calls; a literal key does nothing.
 */
function withLiteralKeys(schemas) {
  const names = new Map([...schemas.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name, text]) => [name, text]));
  return schemas.replaceAll(/\[(_\w+)\]:/g, (key, name) => (names.has(name) ? `${names.get(name)}:` : key));
}

/** Of its own package.json a client uses the version. */
const versionOf = (path) => `export default { version: ${JSON.stringify(JSON.parse(readFileSync(path, 'utf8')).version)} };`;

export const leanSdk = {
  name: 'lean-sdk',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: 'environment',
      namespace: 'credentials',
      sideEffects: false,
    }));
    onLoad({ filter: /.*/, namespace: 'credentials' }, () => ({ contents: credentials }));
    onLoad({ filter: /@aws-sdk[\\/]client-[a-z0-9]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, ({ path }) => ({
      contents: withLiteralKeys(readFileSync(path, 'utf8').replaceAll(registration, '')),
    }));
    onLoad({ filter: /@aws-sdk[\\/]client-[a-z0-9]+[\\/]package\.json$/ }, ({ path }) => ({
      contents: versionOf(path),
      loader: 'js',
    }));
  },
};

/** Without the chunks that nothing loads: esbuild makes one of every `import()` it reads, though the code around it is dropped. */
export function withoutStrays({ outputFiles, metafile, ...result }, root) {
  const { outputs } = metafile;
  const loaded = new Set();
  const load = (file) => {
    if (outputs[file] === undefined || loaded.has(file)) return;
    loaded.add(file);
    for (const { path } of outputs[file].imports) load(path);
  };
  for (const [file, { entryPoint }] of Object.entries(outputs)) if (entryPoint && /(^|\/)index\.mjs$/.test(file)) load(file);
  const kept = new Set([...loaded].map((file) => resolve(join(root, file))));
  return { ...result, metafile, outputFiles: outputFiles.filter(({ path }) => kept.has(path.replace(/\.map$/, ''))) };
}
