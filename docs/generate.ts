import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format } from 'oxfmt';
import { rightsOfDeployer, rightsOfPeople, rolesOfAzfed } from '../infra/aws/permissions.ts';
import type { Right } from '../infra/aws/policy-statement.ts';
import type { RunbookPage } from '../infra/aws/service/runbook.ts';
import { listLogGroups, runbook } from '../infra/aws/service/runbook.ts';
import { withSources } from '../infra/local/sources/section.ts';
import type { JsonSchema } from '../shared/config/schema.ts';
import { configurationJsonSchema } from '../shared/config/schema.ts';
import { reviewCatalogue } from '../shared/domain/configuration/configuration-review.ts';
import { checkCatalogue } from '../shared/domain/doctor/catalogue.ts';
import { eventJsonSchema } from '../shared/adapters/notify/schema/event-schemas.ts';
import type { EventType } from '../shared/domain/records/event-catalogue.ts';
import { eventCatalogue } from '../shared/domain/records/event-catalogue.ts';
import { findingCatalogue } from '../shared/domain/findings/finding.ts';
import { openedTo, personKinds } from '../shared/domain/configuration/people.ts';
import { importCatalogue } from '../shared/domain/import/import-catalogue.ts';
import { lintCatalogue } from '../shared/domain/lint/lint-catalogue.ts';
import { neverWorksReasons } from '../shared/domain/policy/trust-liveness.ts';
import { stateWords } from '../shared/application/reporting/state-words.ts';
import { blockedReasons } from '../shared/domain/records/blocked-reason.ts';
import type { FailureKind } from '../shared/domain/verify/failures.ts';
import { failureCatalogue } from '../shared/domain/verify/failures.ts';
import { benchmarkPage, costTable } from '../test/bench/page.ts';
import { readResults } from '../test/bench/results.ts';
import { commandSections } from './commands-page.ts';
import { buildExample } from './event-examples.ts';

/** The reference pages are made from the code that they speak of. `--check` fails where one is out of date. */
const folder = join(import.meta.dirname, 'reference');
const note = '<!-- Made by `npm run docs`. Change the catalogue or the schema that it is made from. -->';

const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'commands.md': commandsPage,
  'findings.md': findingsPage,
  'blocked.md': blockedPage,
  'states.md': statesPage,
  'review.md': reviewPage,
  'import.md': importPage,
  'lint.md': lintPage,
  'doctor.md': doctorPage,
  'failures.md': failuresPage,
  'events.md': eventsPage,
  'configuration.md': configurationPage,
  'permissions.md': permissionsPage,
  'people.md': peoplePage,
  ...Object.fromEntries(
    Object.keys(eventCatalogue).map((type) => [
      `events/${type}.schema.json`,
      () => `${JSON.stringify(eventJsonSchema(type as EventType), null, 2)}\n`,
    ]),
  ),
  'benchmarks.md': () => formatPage('reference/benchmarks.md', benchmarkPage(readResults())),
  '../cost.md': () => formatPage('cost.md', withCosts(readFileSync(join(folder, '../cost.md'), 'utf8'))),
  '../../infra/local/README.md': () =>
    withSources(readFileSync(join(folder, '../../infra/local/README.md'), 'utf8')),
  ...Object.fromEntries(
    Object.entries(runbook).map(([alarm, one]) => [`../runbook/${alarm}.md`, () => runbookPage(alarm, one)]),
  ),
  'federation.schema.json': () => `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`,
};

async function formatPage(name: string, text: string): Promise<string> {
  const { code, errors } = await format(name, text);
  if (errors.length > 0) throw new Error(`${name} cannot be formatted: ${JSON.stringify(errors)}`);
  return code;
}

const costs = [
  '<!-- costs: made by `npm run docs` from test/bench/results.json -->',
  '<!-- /costs -->',
] as const;

/** The page with the table of what was measured last between its two marks. */
function withCosts(text: string): string {
  const [begin, end] = costs;
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error('docs/cost.md has no place for the costs.');
  return `${before}${begin}\n\n${costTable(readResults())}\n\n${end}${after}`;
}

function runbookPage(alarm: string, { meaning, logs, query, steps }: RunbookPage): string {
  const groups = listLogGroups({ logs }, '<name>').map((group) => `\`${group}\``);
  return page(`Alarm ${alarm}`, meaning, [
    '## What to look at',
    `CloudWatch Logs Insights, log group ${groups.join(', ')}, where \`<name>\` is \`-c name=\` of the deployment, \`azfed\` by default. The text of the alarm names each group.`,
    `\`\`\`\n${query}\n\`\`\``,
    'A `requestId` leads to all lines of one invocation, a `runId` to those of one run and to its events, a `discoveryId` to those of one discovery.',
    '## What to do',
    steps.map((step) => `- ${step}`).join('\n'),
  ]);
}

async function commandsPage(): Promise<string> {
  const lead = 'Every verb of `azfed`, made from the command itself. The same with `azfed help VERB`.';
  return page('Commands', lead, await commandSections());
}

function findingsPage(): string {
  const sections = Object.entries(findingCatalogue).map(
    ([code, { severity, meaning, fix }]) => `## ${code}\n\n${severity}. ${meaning}\n\n**What to do:** ${fix}`,
  );
  const lead =
    'What azfed finds and does not decide by itself. Codes are stable; `azfed plan --json` carries them.';
  return page('Findings', lead, sections);
}

function importPage(): string {
  const sections = Object.entries(importCatalogue).map(
    ([code, { severity, meaning, fix }]) => `## ${code}\n\n${severity}. ${meaning}\n\n**What to do:** ${fix}`,
  );
  const lead =
    'Why `azfed import` grants a connection nothing. Every connection is either granted the role that it has today, or ' +
    'named with one of these codes: in the output, in `--json`, and in a comment of federation.yaml.';
  return page('Import', lead, sections);
}

function lintPage(): string {
  const sections = Object.entries(lintCatalogue).map(
    ([code, { severity, worse, milder, title, meaning, fix }]) => {
      const cases = [worse, milder].flatMap((one) => (one ? [`${one.severity} where ${one.when}`] : []));
      const severities = [severity, ...cases].join('; ');
      return `## ${code}\n\n${severities}. ${title}. ${meaning}\n\n**What to do:** ${fix}`;
    },
  );
  const lead =
    'What `azfed lint` reports on every role and provider of an account, whoever made it. Codes are stable; `--json` ' +
    'and `--format sarif` carry them.';
  const reasons = codeTable(neverWorksReasons);
  return page('Lint', lead, [...sections, '## Why a trust never works', reasons]);
}

function blockedPage(): string {
  const lead =
    'Why a change is blocked (`blockedBy` in `azfed plan --json`), and what unblocks it. Codes are stable.';
  return page('Blocked changes', lead, [codeTable(blockedReasons)]);
}

function statesPage(): string {
  const lead =
    'The states of a connection in `azfed status` and in the report, the most urgent first. `azfed explain` says the same of each.';
  return page('States', lead, [codeTable(stateWords)]);
}

function reviewPage(): string {
  const lead =
    'What `azfed validate --base` and `azfed plan --base` show to whoever reviews a change of federation.yaml. Codes are stable.';
  return page('Review', lead, [codeTable(reviewCatalogue)]);
}

const codeTable = (catalogue: Readonly<Record<string, string>>) =>
  [
    '| code | meaning |',
    '| --- | --- |',
    ...Object.entries(catalogue).map(([code, text]) => `| \`${code}\` | ${oneLine(text)} |`),
  ].join('\n');

function doctorPage(): string {
  const sections = Object.entries(checkCatalogue).map(
    ([code, { title, protects, fix }]) => `## ${code}\n\n${title}. ${protects}\n\n**What to do:** ${fix}`,
  );
  const lead =
    'What `azfed doctor` looks at. Codes are stable; `azfed doctor --json` carries them, with the verdict: ok, warning, ' +
    'failed, or unknown where it could not be found out.';
  return page('Doctor', lead, sections);
}

function failuresPage(): string {
  const sections = Object.entries(failureCatalogue).map(
    ([code, { title, where, fix }]) =>
      `## ${code}\n\n${title}.\n\n**Where:** ${where}\n\n**What to do:** ${fix}`,
  );
  const lead =
    'What keeps a pipeline from getting into AWS, as `azfed verify` names it. Codes are stable; `azfed verify --json` carries them.';
  const rows = Object.entries<FailureKind>(failureCatalogue).flatMap(([code, { logs = [] }]) =>
    logs.map((text) => `| \`${text}\` | [${code}](#${code.replaceAll('.', '')}) |`),
  );
  const index = [
    '## What the log says',
    'Errors of STS stand after `Failed to assume role with OIDC:`.',
    ['| text | code |', '| --- | --- |', ...rows].join('\n'),
  ];
  return page('Failures', lead, [...index, ...sections]);
}

const eventTypes = Object.keys(eventCatalogue) as EventType[];

function eventsPage(): string {
  const rows = eventTypes.map((type) => {
    const { severity, meaning } = eventCatalogue[type];
    return `| [\`${type}\`](#${type.replaceAll('.', '')}) | ${severity} | ${meaning} |`;
  });
  const lead =
    'What webhooks receive: CloudEvents 1.0, signed as Standard Webhooks, at least once, in order for each connection. ' +
    'A receiver recognizes repeats by `webhook-id`, which is the event’s `id`. A field may be added to an event; one that is taken away or means ' +
    'something else makes a new version. A value that would make an event too long is `(cut: N bytes)`. Chats: [messages.md](../messages.md).';
  const table = ['| type | severity | meaning |', '| --- | --- | --- |', ...rows].join('\n');
  return page('Events', lead, [table, ...eventTypes.map(eventSection)]);
}

function eventSection(type: EventType): string {
  const { severity, meaning } = eventCatalogue[type];
  const data = eventJsonSchema(type).properties?.['data'];
  const rows = typeof data === 'object' ? fields(data, 'data') : [];
  const table = rows.map(([path, text]) => `| \`${path}\` | ${text} |`);
  return [
    `## ${type}`,
    `${meaning} Severity: ${severity}. [JSON Schema](events/${type}.schema.json).`,
    folded('Fields', ['| field | meaning |', '| --- | --- |', ...table].join('\n')),
    folded('Example', `\`\`\`json\n${JSON.stringify(buildExample(type), null, 2)}\n\`\`\``),
  ].join('\n\n');
}

const folded = (title: string, text: string) =>
  `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;

function configurationPage(): string {
  const lead =
    '`federation.yaml`, field by field. `azfed validate` checks it; `azfed schema` prints the JSON Schema for editors.';
  const rows = fields(configurationJsonSchema(), '').map(([path, text]) => `| \`${path}\` | ${text} |`);
  return page('Configuration', lead, [['| field | meaning |', '| --- | --- |', ...rows].join('\n')]);
}

function permissionsPage(): string {
  const sections = rolesOfAzfed().map(
    ({ role, purpose, rights }) => `## ${role}: ${purpose}\n\n${rightsTable(rights)}`,
  );
  const lead =
    'Every right of every role of azfed, and why it is there; for the configuration in `infra/aws/example`. The functions write ' +
    'their own logs beside. What holds it together: [permissions.md](../permissions.md).';
  return page('Permissions', lead, sections);
}

/** The rights of people, from what the policies are made of. */
function peoplePage(): string {
  const sections = rightsOfPeople().map(({ kind, rights }) => {
    const { title, may, verbs, includes } = personKinds[kind];
    const whose = includes.length === 0 ? '' : ` Includes: ${codes(includes)}.`;
    return `## ${title}\n\n\`people.${kind}\`: may ${may}. Verbs: ${codes(verbs)}.${whose}\n\n${rightsTable(rights)}`;
  });
  const roles = [
    ['readRole', openedTo.look, 'reads; changes nothing'],
    ['assumeRole', openedTo.write, 'writes within the grants, never azfed’s own roles'],
    ['retireRole', openedTo.retire, 'deletes roles that azfed has marked'],
  ].map(
    ([role, kind, why]) => `| \`${role ?? ''}\` | \`${kind ?? ''}\`, and who includes them | ${why ?? ''} |`,
  );
  const lead =
    'What a reader, an operator, an approver and a retirer need, and why. `people` in `federation.yaml` lists each kind by ' +
    'patterns of principals; the stack and the StackSet make the trusts and policies of this page from it.';
  return page('People', lead, [
    ['## In an account', '', '| role | lets in | because it |', '| --- | --- | --- |', ...roles].join('\n'),
    'The roles trust the root of the account that a pattern names, with `ArnLike` on `aws:PrincipalArn`, the external id, and in ' +
      'mode organization `aws:PrincipalOrgID`. Paths of grants, boundaries and denials of these roles hold for people as for ' +
      'functions: [permissions.md](permissions.md). azfed narrows the sessions of people, too, to the changes of one plan.',
    '## In the account of the hub\n\nThe stack makes the customer managed policies `<name>-<kind>` and `<name>-<kind>-accounts-<n>`, with `-c name=` of the stack, `azfed` by default. Attach ' +
      'them, by name and path, to the permission set or role. Each holds for the listed principals alone. `azfed doctor` says ' +
      'which kind you are, and which line changes it.',
    '## In Azure DevOps\n\nPeople sign in as themselves, with the token of `az`; no kind reads the credential of an organization, ' +
      'and the federated credential of the Entra application is for the role of `discover` alone. They need what the identity of azfed ' +
      'needs to read; operators who use `azfed hooks` also need the right to edit subscriptions. `azfed access grant` needs the role Administrator on ' +
      'the service connections of each project; adding a member or a Reader needs a Project Collection Administrator. A token for it has the ' +
      'scopes Security (manage), Graph (read), Member Entitlement Management (read and write), Project and Team (read).',
    ...sections,
    `## Deployer\n\nNo list names who deploys: give their role this, in the account of the hub.\n\n${rightsTable(rightsOfDeployer())}\n\n` +
      'In Entra they may register applications. An administrator does beforehand, once: `npx cdk bootstrap` and outbound web identity ' +
      'federation in the hub; trusted access for StackSets in the management account of the organization.',
  ]);
}

function rightsTable(rights: readonly Right[]): string {
  const rows = rights.map(({ reason, statement }) => {
    const {
      Effect: effect,
      Action: actions,
      NotAction: others,
      Resource: where,
      NotResource: elsewhere,
    } = statement;
    const what = actions ? codes(actions) : `everything but ${codes(others ?? [])}`;
    const on = where ? codes(where) : `everything but ${codes(elsewhere ?? [])}`;
    const when = statement.Condition ? `<br>when \`${JSON.stringify(statement.Condition)}\`` : '';
    return `| ${effect === 'Deny' ? '**never** ' : ''}${what} | ${on}${when} | ${reason} |`;
  });
  return ['| action | on | why |', '| --- | --- | --- |', ...rows].join('\n');
}

const codes = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');

/** Every field with its description, in the order of the schema. */
function fields(schema: JsonSchema, path: string): readonly (readonly [string, string])[] {
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    if (typeof inner === 'boolean') return [];
    const here = path === '' ? name : `${path}.${name}`;
    return [
      [here, oneLine(describe(inner, schema.required?.includes(name) ?? false))] as const,
      ...fields(inner, here),
    ];
  });
  const items =
    schema.items !== undefined && typeof schema.items === 'object' && !Array.isArray(schema.items)
      ? fields(schema.items, `${path}[]`)
      : [];
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((inner) =>
    typeof inner === 'boolean' ? [] : fields(inner, path),
  );
  return [...properties, ...items, ...variants];
}

function describe({ description = '', default: standard }: JsonSchema, isRequired: boolean): string {
  if (standard !== undefined) return `${description} Default: \`${JSON.stringify(standard)}\`.`;
  return isRequired ? `${description} **Required.**` : description;
}

const oneLine = (text: string) =>
  text.replaceAll('\n', ' ').replaceAll('<', '&lt;').replaceAll('|', '\\|').trim();

function page(title: string, lead: string, sections: readonly string[]): string {
  return `${[note, `# ${title}`, lead, ...sections].join('\n\n')}\n`;
}

function isFresh(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}

async function run(isCheck: boolean): Promise<void> {
  const made = await Promise.all(
    Object.entries(pages).map(async ([name, make]) => ({ file: join(folder, name), text: await make() })),
  );
  const stale = made.filter(({ file, text }) => !isFresh(file, text));
  if (isCheck) {
    for (const { file } of stale) process.stderr.write(`${file} is out of date. Run: npm run docs\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  for (const { file, text } of stale) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

await run(process.argv.includes('--check'));
