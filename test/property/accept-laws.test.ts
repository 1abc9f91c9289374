import { NOTHING_ALLOWED } from '../../shared/config/environment.ts';
import type { EditedGrant } from '../../shared/config/grant-edit.ts';
import { editGrant } from '../../shared/config/grant-edit.ts';
import { parseConfiguration } from '../../shared/config/load-configuration.ts';
import type { AcceptedTerms } from '../../shared/domain/adoption/accepted-terms.ts';
import { acceptLive } from '../../shared/domain/adoption/accepted-terms.ts';
import type { Split } from '../../shared/domain/adoption/grant-split.ts';
import { chooseSplit, listMovedRoles } from '../../shared/domain/adoption/grant-split.ts';
import { viewConnections } from '../../shared/domain/azure-devops/inventory.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { coversRequest } from '../../shared/domain/configuration/grant-coverage.ts';
import { designRoles } from '../../shared/domain/desired/desired-roles.ts';
import { designTrust } from '../../shared/domain/desired/role-design.ts';
import { differingFields, roleFields } from '../../shared/domain/iam/role-fields.ts';
import { fillPlaceholders, splitRoleArn } from '../../shared/domain/kernel/arn.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { evaluateTrust } from '../../shared/domain/policy/trust-evaluator.ts';
import type { Tampering } from '../builders/arbitraries-tampering.ts';
import { IMPOSTOR, tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { configuration, contoso } from '../builders/configuration.ts';
import { connection } from '../builders/connection.ts';
import { ACCOUNT, roleArn } from '../builders/domain-ids.ts';
import { fc } from '../builders/fast-check.ts';
import { withRole } from '../builders/iam-model.ts';
import type { SmallWorld } from '../builders/small-world.ts';
import { after, federated, makePlan, runOnce, selectRole } from '../builders/small-world.ts';

const r1 = roleArn('r1');
const connections = [1, 2, 3].map((number) => connection(number));
const oneRole = connections.map((one) => ({ ...one, requestedRoleArn: r1 }));
const pair = (number: number, role = number) =>
  `      - { project: P1, connection: c${number}, role: "${roleArn(`r${role}`)}" }\n`;

/** How a grant may come to cover the role. */
const coverages = {
  'by patterns': {
    connections,
    text: `    connections: { organization: contoso, project: P1, name: "c*" }\n    role: { path: /azure-devops/, name: "*" }\n`,
  },
  'in pairs': { connections, text: `    roles:\n${pair(1)}${pair(2)}${pair(3)}` },
  'as its only role': { connections: connections.slice(0, 1), text: `    roles:\n${pair(1)}` },
  'for several connections': {
    connections: [...oneRole.slice(0, 2), ...connections.slice(2)],
    text: `    shareRole: true\n    roles:\n${pair(1)}${pair(2, 1)}${pair(3)}`,
  },
} as const;
type Coverage = keyof typeof coverages;

const write = (coverage: Coverage) => `version: 1
organizations:
  - { name: contoso, id: "${contoso.id}", credential: { type: pat, env: AZURE_DEVOPS_PAT } }
accounts: [{ id: "${ACCOUNT}" }]
grants:
  - name: team # of all
    mode: enforce
    accounts: ["${ACCOUNT}"]
    boundary: "arn:{partition}:iam::{account}:policy/azfed-boundary"
    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    inlinePolicies: { deploy: { file: policies/deploy.json } }
    maxSessionDuration: 7200
    tags: { team: shop }
${coverages[coverage].text}`;

type Files = Readonly<Record<string, string>>;
const files: Files = {
  'policies/deploy.json': `{ "Version": "2012-10-17",
  "Statement": { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*" } }\n`,
};
const parse = (text: string, edited: Files = {}) => ({
  ...parseConfiguration(
    text,
    'federation.yaml',
    (path) => ({ text: { ...files, ...edited }[path] ?? '' }),
    NOTHING_ALLOWED,
  ),
  limits: configuration().limits,
});

const rest = (coverage: Coverage): SmallWorld =>
  after(60, federated(coverages[coverage].connections, { configuration: parse(write(coverage)) }));
const rested = new Map((Object.keys(coverages) as Coverage[]).map((each) => [each, rest(each)]));

function disturb(coverage: Coverage, all: readonly Tampering[]): SmallWorld {
  const seen = rested.get(coverage) ?? rest(coverage);
  return { ...seen, iam: withRole(seen.iam, tampered(selectRole(seen, r1), all)) };
}

const withStatement = (statement: Statement): Tampering => ({
  change: ({ trust }) => ({
    trust: { ...trust, Statement: [...toList<Statement>(trust.Statement), statement] },
  }),
  path: 'trust.',
});

const deny = (tag: string) =>
  withStatement({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:*',
    Condition: { StringNotEquals: { 'aws:PrincipalTag/team': tag } },
  });

/** What a company or a colleague does, text that looks like a placeholder among it. */
const company = {
  breakGlass: withStatement({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:role/break-glass' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': '{account}-{{partition}}' } },
  }),
  deny: deny('{account}'),
  fence: {
    change: ({ trust }) => ({
      trust: {
        ...trust,
        Statement: toList<Statement>(trust.Statement).map((statement) => ({
          ...statement,
          Condition: {
            ...(statement.Condition as object),
            IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '10.0.0.0/8'] },
          },
        })),
      },
    }),
    path: 'trust.',
  },
} satisfies Readonly<Record<string, Tampering>>;

const everyDrift = [...Object.values(tamperings), ...Object.values(company)];
const anyDrift = fc.subarray(everyDrift, { minLength: 1, maxLength: 4 });
const anyCoverage = fc.constantFrom(...rested.keys());

/** A product; mutants get something wrong. */
interface Product {
  readonly split: (split: Split) => Split;
  readonly terms: (terms: AcceptedTerms) => AcceptedTerms;
  readonly refuses: boolean;
}
type Mutant = Partial<Product>;

const sound: Product = { split: (split) => split, terms: (terms) => terms, refuses: true };

interface Accepted {
  readonly before: SmallWorld;
  readonly after: SmallWorld;
}

/** `undefined`: the safety of the configuration forbids it. */
function tryParsing(edited: EditedGrant): Configuration | undefined {
  try {
    return parse(edited.text, edited.files);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function readDrift(before: SmallWorld) {
  const change = makePlan(before).changes.find((one) => one.target === 'role' && one.roleArn === r1);
  const { targets } = designRoles(before.configuration, before.inventories, before.recorded, before.now);
  const target = targets.find(({ role }) => role.arn === r1);
  return change && target?.grant ? { change, target: { ...target, grant: target.grant } } : undefined;
}

/** `undefined`: nothing differs, or it is refused. */
function accept(coverage: Coverage, before: SmallWorld, product = sound): Accepted | undefined {
  const drift = readDrift(before);
  if (!drift) return undefined;
  const { change, target } = drift;
  const { role, bindings, grant } = target;
  const { terms, refusals } = acceptLive(selectRole(before, r1), grant, designTrust(role, bindings), {
    differences: change.differences,
    fill: (text) => fillPlaceholders(text, role.partition, role.account),
    listAudiences: () => undefined,
  });
  if (refusals.length > 0 && product.refuses) return undefined;
  const split = chooseSplit(target, 'c1', before.configuration, before.inventories);
  if (!split) return undefined;
  const edited = editGrant(write(coverage), 'team', product.split(split), product.terms(terms), (path) => ({
    text: files[path] ?? '',
  }));
  const configured = tryParsing(edited);
  return configured && { before, after: { ...before, configuration: configured } };
}

const listPairs = ({ configuration: { grants }, inventories, iam }: SmallWorld) =>
  inventories
    .flatMap((inventory) => [...viewConnections(inventory).connections.values()])
    .flatMap((one) =>
      [...iam.roles.keys()]
        .map(splitRoleArn)
        .filter((role) => grants.some((grant) => coversRequest(grant, contoso, one, role)))
        .map(({ arn }) => `${one.references[0]?.name} ${arn}`),
    );

/** Who gets in by the live trust, and is nobody of its connections. */
function listImpostors({ configuration: { grants: _ }, ...world }: SmallWorld): readonly string[] {
  const target = designRoles(
    parse(write('in pairs')),
    world.inventories,
    world.recorded,
    world.now,
  ).targets.find(({ role }) => role.arn === r1);
  const [binding] = target ? designTrust(target.role, target.bindings) : [];
  if (!binding) throw new Error('The role has a trust.');
  const { trust } = world.iam.roles.get(r1) ?? {};
  const impostors = [IMPOSTOR, 'sc://contoso/P1/c3', 'sc://contoso/P1/c1-2'];
  return impostors.filter(
    (subject) => trust && evaluateTrust(trust, { ...binding, subject }).decision === 'allowed',
  );
}

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** What stays drift, whatever is accepted before. */
const laterDrift = Object.fromEntries([
  ...Object.entries(tamperings).filter(([what]) => /impostor|attaches|longer|adds a tag/.test(what)),
  ['puts a Deny there', deny('other')],
]) as Readonly<Record<string, Tampering>>;

/** What an edit would change beside what stands in IAM, and what nobody may accept. */
function listViolations({ before, after: world }: Accepted): readonly string[] {
  const [old, now] = [listPairs(before), listPairs(world)];
  const role = selectRole(world, r1);
  const missed = Object.entries(laterDrift).filter(([, each]) => {
    const changed = tampered(role, [each]);
    if (differingFields(roleFields(changed), roleFields(role)).length === 0) return false;
    return makePlan({ ...world, iam: withRole(world.iam, changed) }).changes.length === 0;
  });
  const others = (of: SmallWorld) =>
    designRoles(of.configuration, of.inventories, of.recorded, of.now).targets;
  return [
    ...makePlan(world).changes.map(({ id }) => `the next plan changes ${id}`),
    ...now.filter((one) => !old.includes(one)).map((one) => `new ${one}`),
    ...listMovedRoles(others(before), others(world), r1).map((arn) => `moved ${arn}`),
    ...missed.map(([what]) => `no drift any more: ${what}`),
    ...listImpostors(world).map((subject) => `lets in ${subject}`),
    ...(role.boundary === undefined && role.managedPolicies.includes(ADMIN) ? ['administrator'] : []),
  ];
}

describe('azfed accept', () => {
  it('leaves nothing to be done at once and after a run, and changes nothing else', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyCoverage, anyDrift, (coverage, all) => {
        const result = accept(coverage, disturb(coverage, all));
        if (!result) return;
        seen.add(coverage);
        expect(listViolations(result)).toEqual([]);
        const { world: done } = runOnce(result.after);
        expect(selectRole(done, r1)).toEqual(selectRole(result.after, r1));
        expect(makePlan(after(5, done))).toMatchObject({ changes: [], recordSyncs: [] });
      }),
      { numRuns: 40 },
    );
    expect([...seen].sort()).toEqual([...rested.keys()].sort());
  });

  const { breakGlass, deny: denied, fence } = company;
  const inTrust = (change: Partial<NonNullable<AcceptedTerms['trust']>>): Mutant => ({
    terms: ({ trust, ...terms }) => ({ ...terms, ...(trust ? { trust: { ...trust, ...change } } : {}) }),
  });
  const ofNames = (change: (split: Extract<Split, { as: 'names' }>) => Split): Mutant => ({
    split: (split) => (split.as === 'names' ? change(split) : split),
  });
  const named = (...names: readonly string[]) => names.flatMap((what) => tamperings[what] ?? []);
  const shorter = named('makes sessions shorter');
  const opened = named('drops the boundary', 'attaches a policy', 'deletes an inline policy');
  it.each<readonly [what: string, mutant: Mutant, coverage: Coverage, drift: readonly Tampering[]]>([
    ['edits the grant of all', { split: () => ({ as: 'whole' }) }, 'by patterns', shorter],
    [
      'leaves the pattern of the others',
      ofNames((all) => ({ ...all, others: ['c*'] })),
      'by patterns',
      shorter,
    ],
    [
      'loses one of the others',
      ofNames((all) => ({ ...all, others: all.others.slice(1) })),
      'by patterns',
      shorter,
    ],
    [
      'gives the role to another connection',
      ofNames((all) => ({ ...all, pair: { ...all.pair, connection: 'c2' } })),
      'by patterns',
      shorter,
    ],
    [
      'gives the connection another role',
      ofNames((all) => ({ ...all, pair: { ...all.pair, role: roleArn('r2') } })),
      'by patterns',
      shorter,
    ],
    ['expects any Deny', inTrust({ expectDeny: 'any' }), 'in pairs', [denied]],
    ['forgets a Deny', inTrust({ expectDeny: 'none' }), 'in pairs', [denied]],
    ['forgets the statements of others', inTrust({ statements: [] }), 'in pairs', [breakGlass]],
    ['forgets a fence', inTrust({ conditions: {} }), 'in pairs', [fence]],
    [
      'takes live text for placeholders',
      {
        terms: (terms) => JSON.parse(JSON.stringify(terms).replace(/\{(\{\w+\})\}/g, '$1')) as AcceptedTerms,
      },
      'in pairs',
      [breakGlass],
    ],
    ['lets anybody in', { refuses: false }, 'in pairs', named('opens the trust to an impostor')],
    ['accepts an administrator', { refuses: false }, 'in pairs', opened],
  ])('is found wrong by its laws where it %s', (_what, mutant, coverage, drift) => {
    const disturbed = disturb(coverage, drift);
    const right = accept(coverage, disturbed);
    expect(right ? listViolations(right) : []).toEqual([]);
    const wrong = accept(coverage, disturbed, { ...sound, ...mutant });
    expect(wrong && listViolations(wrong)).not.toEqual([]);
    expect(wrong).toBeDefined();
  });
});
