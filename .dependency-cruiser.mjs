// Which part may lean on which. `npm test` checks it, and that each rule bites (test/architecture.test.ts).
const aws = '(^|/)node_modules/@(aws-sdk|smithy)/';
const edges = ['^shared/aws/', '^functions/', '^infra/', '^test/'];

/** Modules of Node that reach beyond the process. */
const sockets = '^(node:)?(child_process|cluster|dgram|dns|http|http2|https|inspector|net|tls|worker_threads)(/|$)';

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
      name: 'few-packages-in-the-core',
      comment: 'A package can do what the core may not: the core has those that only compute.',
      severity: 'error',
      from: { pathNot: edges },
      to: { path: '(^|/)node_modules/', pathNot: '(^|/)node_modules/(@aws-sdk|@smithy|jsonc-parser|p-limit|zod)/' },
    },
    {
      name: 'clients-are-made-in-one-place',
      comment: 'The composition root and its twin for the command line make clients of the hub; gateways make the others.',
      severity: 'error',
      from: { path: '^functions/', pathNot: '^functions/(routing|cli/hub-clients)\\.ts$' },
      to: { path: aws, ...atRunTime },
    },
    {
      name: 'functions-open-no-sockets',
      comment: 'The network is reached through shared/aws.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { dependencyTypes: ['core'], path: sockets },
    },
    {
      name: 'functions-stand-apart',
      comment: 'Each bundle carries one function; what two of them need lies beside them.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/[^/]+/', pathNot: '^functions/$1/' },
    },
    {
      name: 'stages-get-aspects-as-values',
      comment: 'A stage works for every aspect; it never names one.',
      severity: 'error',
      from: { path: '^shared/stages/' },
      to: { path: '^shared/aspects/', pathNot: '^shared/aspects/aspect\\.ts$' },
    },
    {
      name: 'controller-takes-aspects-as-a-list',
      comment: 'It works for every aspect, the next one too; it never names one.',
      severity: 'error',
      from: { path: '^shared/controller/' },
      to: { path: '^shared/aspects/', pathNot: '^shared/aspects/(aspect|index|sizes)\\.ts$' },
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
      name: 'deployment-without-the-local-aws',
      comment: 'What is deployed does not depend on what it is tried on.',
      severity: 'error',
      from: { path: '^infra/', pathNot: '^infra/sandbox/' },
      to: { path: '^infra/sandbox/' },
    },
    {
      name: 'local-aws-knows-no-controller',
      comment: 'The local AWS judges the product: it shares the policy evaluator and the words of the model, nothing else.',
      severity: 'error',
      from: { path: '^infra/sandbox/', pathNot: '^infra/sandbox/(guided-run|hub[.-])' },
      to: { path: '^(shared|functions)/', pathNot: '^shared/(policy|model)/' },
    },
    {
      name: 'local-aws-takes-types-of-the-model',
      severity: 'error',
      from: { path: '^infra/sandbox/', pathNot: '^infra/sandbox/(guided-run|hub[.-])' },
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
