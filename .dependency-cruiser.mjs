// Which part may lean on which. `npm test` checks it, and that each rule bites (test/architecture.test.ts).
const aws = '(^|/)node_modules/@(aws-sdk|smithy)/';
const edges = ['^shared/aws/', '^functions/', '^infra/', '^test/'];

/** Values only: an import of types is gone before anything runs. */
const atRunTime = { dependencyTypesNot: ['type-only'] };

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'aws-at-the-edge',
      comment: 'The core is pure: it knows the SDK by its types only. Calls are values; shared/aws sends them.',
      severity: 'error',
      from: { pathNot: edges },
      to: { path: aws, ...atRunTime },
    },
    {
      name: 'no-io-in-the-core',
      comment: 'Files, sockets, processes and clocks are reached through shared/aws or passed in.',
      severity: 'error',
      from: { pathNot: edges },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(assert|buffer|crypto|path|querystring|url|util)(/|$)' },
    },
    {
      name: 'stages-get-aspects-as-values',
      comment: 'A stage works for every aspect; it never names one.',
      severity: 'error',
      from: { path: '^shared/stages/' },
      to: { path: '^shared/aspects/', pathNot: '^shared/aspects/aspect\\.ts$' },
    },
    {
      name: 'shared-stands-alone',
      comment: 'The core does not know who runs it.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|infra|test)/' },
    },
    {
      name: 'lambdas-without-infra',
      comment: 'What runs in Lambda carries no deployment code; the command line may start the local AWS.',
      severity: 'error',
      from: { path: '^functions/', pathNot: '^functions/cli/' },
      to: { path: '^infra/', ...atRunTime },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(functions|infra|shared)/' },
      to: { path: '^test/' },
    },
    {
      name: 'local-aws-knows-no-controller',
      comment: 'The local AWS judges the product: it shares the policy evaluator and the words of the model, nothing else.',
      severity: 'error',
      from: { path: '^infra/sandbox/', pathNot: '^infra/sandbox/(guided-run|hub/)' },
      to: { path: '^(shared|functions)/', pathNot: '^shared/(policy|model)/' },
    },
    {
      name: 'local-aws-takes-types-of-the-model',
      severity: 'error',
      from: { path: '^infra/sandbox/', pathNot: '^infra/sandbox/(guided-run|hub/)' },
      to: { path: '^shared/model/', ...atRunTime },
    },
    {
      name: 'no-cycles',
      comment: 'Types may meet in a circle; code that runs may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: atRunTime },
    },
    {
      name: 'product-needs-no-tools',
      comment: 'What ships depends on `dependencies` only.',
      severity: 'error',
      from: { path: '^(functions|shared)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
