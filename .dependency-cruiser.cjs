const { readFileSync } = require('node:fs');

/** The direction of dependencies. Each rule ends with what to do instead. */
const forbid = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const only = (...folders) => ({ pathNot: folders.map((folder) => `^${folder}`) });
// createHash is a pure function (random sources of the module are refused by the lint), and zod describes shapes.
const PURE_PACKAGES = '^(node:)?crypto$|^node_modules/(zod|ipaddr\\.js)/';

/**
 * The rooms of a folder, bottom first, as the table in its README lists them: each may import those before it. An order has no
 * cycles. test/unit/structure/rooms.test.ts compares the table with the folders.
 */
const listRooms = (folder) =>
  [...readFileSync(`${__dirname}/${folder}/README.md`, 'utf8').matchAll(/^\| `([a-z0-9-]+)\/`/gm)].map(
    ([, room]) => room,
  );
const folders = ['shared/domain', 'shared/application'];
/** Beside their rooms stand files that start and fill the whole. */
const clouds = ['infra/local', 'infra/local/aws', 'infra/local/azure-devops'];
const staysBelow = (folder) =>
  listRooms(folder).flatMap((room, floor, names) => {
    const above = names.slice(floor + 1).join('|');
    const rule = forbid(
      `${folder}/${room}-stays-below`,
      { path: `^${folder}/${room}/` },
      { path: `^${folder}/(${above})/` },
      `${room}/ is below that room. Move what both need down into ${room}/ or lower, or take it as an argument.`,
    );
    return above === '' ? [] : [rule];
  });
const hasRooms = (folder) =>
  forbid(
    `${folder}-has-rooms`,
    { path: `^${folder}/[^/]+\\.ts$` },
    {},
    `Every file of ${folder} stands in a room: see ${folder}/README.md.`,
  );
const hasTop = (folder) =>
  forbid(
    `${folder}-has-a-top`,
    { path: `^${folder}/[^/]+/` },
    { path: `^${folder}/[^/]+\\.ts$` },
    `The files beside the rooms of ${folder} are its top. Move what a room needs down into a room: see ${folder}/README.md.`,
  );

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      'domain-is-pure',
      { path: '^shared/domain' },
      { pathNot: ['^shared/domain', PURE_PACKAGES] },
      'shared/domain imports only itself. Pass the value in as an argument, or move the effect to an adapter behind a port.',
    ),
    ...[...folders, ...clouds].flatMap(staysBelow),
    ...folders.map(hasRooms),
    ...clouds.map(hasTop),
    forbid(
      'commands-are-the-top',
      { path: '^functions/cli/(command-line|console|composition|arguments|output)/' },
      { path: '^functions/cli/commands/' },
      'Only main.ts imports commands. Move what two commands share into composition/, arguments/ or output/.',
    ),
    forbid(
      'ports-see-domain',
      { path: '^shared/ports' },
      only('shared/ports', 'shared/domain'),
      'A port is an interface over domain values. Put implementation details in an adapter.',
    ),
    forbid(
      'application-sequences',
      { path: '^shared/application' },
      only('shared/application', 'shared/domain', 'shared/ports', 'shared/contract'),
      'A use case sequences ports around the domain. Take the effect as a port and let functions/ wire the adapter in.',
    ),
    forbid(
      'adapters-stay-apart',
      { path: '^shared/adapters/([^/]+)/' },
      { path: '^shared/adapters', pathNot: '^shared/adapters/($1|signed-requests)/' },
      'One adapter, one technology. Share through a port or the domain, not through another adapter.',
    ),
    forbid(
      'adapters-see-inwards',
      { path: '^shared/adapters' },
      { path: '^(functions|infra|test|shared/(application|config))' },
      'An adapter knows domain, ports, contract and its own SDK. Take settings as arguments.',
    ),
    forbid(
      'contract-is-names',
      { path: '^shared/contract' },
      only('shared/contract'),
      'shared/contract holds names that code and infrastructure both use, nothing else. Put behaviour in the domain.',
    ),
    forbid(
      'config-sees-domain',
      { path: '^shared/config' },
      { path: '^(functions|infra|test|shared/(application|adapters|ports))' },
      'Configuration turns text into domain values. Let the caller connect it to ports.',
    ),
    forbid(
      'report-page-shows',
      { path: '^shared/report-page' },
      { path: '^(functions|infra|test|shared/(adapters|ports|config))' },
      'The page shows a report document and nothing else. Put what it should say into the document.',
    ),
    forbid(
      'page-is-built-beforehand',
      { path: '^functions/(?!cli/)' },
      { path: '^shared/report-page/build-assets' },
      'A deployed function carries the built assets beside it. Read those.',
    ),
    forbid(
      'functions-see-shared',
      { path: '^functions/(?!cli/)' },
      { path: '^infra' },
      'A deployed function must not carry infrastructure. Only functions/cli may import infra/local.',
    ),
    forbid(
      'infra-aws-bundles-by-path',
      { path: '^infra/aws' },
      {
        path: '^(functions|test|infra/local|shared/(domain/(?!kernel/|configuration/)|application|adapters|ports|report-page/(?!build-assets)))',
      },
      'infra/aws imports contract, config, the kernel of the domain, what a configuration means and the builder of the report page alone; it bundles functions by path.',
    ),
    forbid(
      'local-cloud-is-outside',
      { path: '^infra/local' },
      { path: '^(functions|infra/aws|test|shared/(application|adapters|ports|config))' },
      'The embedded cloud plays the outside. It may use the pure domain (trust evaluation), nothing that azfed does with it.',
    ),
    forbid(
      'nothing-imports-tests',
      { pathNot: '^test' },
      { path: '^test' },
      'Move what is shared into shared/ or infra/local; tests import the product, never the other way round.',
    ),
    forbid(
      'no-cycles',
      {},
      { circular: true },
      'Two modules that need each other hide a third: find it and let both import it.',
    ),
    forbid(
      'no-root-client',
      {},
      { path: '^node_modules/azure-devops-node-api/WebApi' },
      'The root of azure-devops-node-api costs 1.1 MB; import the deep paths (azure-devops-node-api/CoreApi).',
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
