/** The house's import rules (docs/architecture.md): imports go down only. Each rule says why it exists. */
const layer = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'a cycle means two modules are one concept',
      from: {},
      to: { circular: true },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment:
        'core holds rules and steps; clock, ids, disk and cloud come in, so that it can be tested in virtual time',
      from: { path: '^core/' },
      to: {
        dependencyTypes: ['core'],
        path: '.*',
      },
    },
    layer(
      'core-imports-nothing-above',
      '^core/',
      '^(functions|access-node|cli|adapters|library|local|infra|dev|console|test)/',
      'core is the bottom of the house',
    ),
    {
      name: 'core-imports-no-sdk',
      severity: 'error',
      comment: "core speaks our words, not AWS's",
      from: { path: '^core/' },
      to: { path: 'node_modules/(@aws-sdk|@smithy|electrodb|lmdb|dynalite)' },
    },
    layer(
      'library-stands-on-core',
      '^library/',
      '^(functions|access-node|cli|adapters|local|infra|dev|console|test)/',
      'the repository format must be usable without any cloud',
    ),
    layer(
      'adapters-stand-on-library-and-core',
      '^adapters/',
      '^(functions|access-node|cli|local|infra|dev|console|test)/',
      'adapters implement ports; they know no caller',
    ),
    {
      name: 'only-adapters-aws-import-the-sdk',
      severity: 'error',
      comment: 'one place knows the SDK, so that retries, timeouts and metering sit in one place',
      from: { path: '^(functions|access-node|cli|library|core|infra|adapters/(disk|wrappers))/' },
      to: { path: 'node_modules/@aws-sdk' },
    },
    {
      name: 'only-roots-build-clients',
      severity: 'error',
      comment:
        'composition happens in functions/wiring, access-node/main and cli; everything else receives what it needs',
      from: {
        path: '^(functions|access-node|cli)/',
        pathNot: '^(functions/wiring/|access-node/(main|compose-node|storage)\\.ts|cli/)',
      },
      to: { path: '^adapters/' },
    },
    {
      name: 'handlers-stay-apart',
      severity: 'error',
      comment: 'a handler never imports a handler: what two share is a step in core',
      from: { path: '^functions/[^/]+\\.ts$' },
      to: { path: '^functions/[^/]+\\.ts$' },
    },
    layer(
      'functions-and-nodes-share-contracts-only',
      '^functions/',
      '^(access-node|cli|library)/',
      'tenant data and keys are touched by nodes only, never by Lambda',
    ),
    layer('node-knows-no-function', '^access-node/', '^(functions|cli)/', 'they meet in core/contracts'),
    layer(
      'cli-speaks-rest',
      '^cli/',
      '^(functions|access-node)/',
      'the CLI speaks to the system only through its REST API',
    ),
    layer(
      'nobody-imports-the-page',
      '^(core|library|adapters|functions|access-node|cli|infra|local|dev)/',
      '^console/',
      'the page is built and served as files; what it may import itself, biome.json says, for this parser knows no JSX',
    ),
    {
      name: 'local-models-aws-not-us',
      severity: 'error',
      comment: 'a local cloud that imported us would make our tests prove themselves',
      from: { path: '^local/' },
      to: { path: '^(functions|access-node|cli|adapters|library|core|infra|dev|console|test|bench)/' },
    },
    layer(
      'nothing-shipped-imports-the-local-cloud',
      '^(functions|access-node|cli|adapters|library|core|infra)/',
      '^(local|test|dev|bench)/',
      'no fake may reach AWS',
    ),
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'an import that does not resolve',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
