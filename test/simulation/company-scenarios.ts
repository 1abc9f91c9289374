import type { PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import type { Step } from '../../shared/domain/iam/iam-operation.ts';
import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { contoso } from '../builders/configuration.ts';
import { reference } from '../builders/connection.ts';
import { changeRole } from './iam-people.ts';
import { neighbours } from './neighbours.ts';
import { suspend } from './operators.ts';
import { resumeAll, runOnce } from './simulated-run.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import { alone, edited, one, role, shown } from './scenario.ts';
import type { World } from './world.ts';

const attack = [
  'opens the trust to everybody',
  'attaches a policy',
  'inlines a policy',
  'changes an inline policy',
  'drops the boundary',
].flatMap((what) => tamperings[what] ?? []);

/** Everything of a role is opened and widened, and AWS refuses one of the writes that take it back. */
const refused = (action: Step['action'] & Parameters<World['refused']['add']>[0]): Scenario => ({
  ...alone,
  happens: (world) => {
    changeRole(world, role, (known) => tampered(known, attack));
    world.refused.add(action);
  },
  decides: ({ refused: all }) => {
    all.clear();
  },
});

type Trust = (trust: PolicyDocument) => PolicyDocument;

const withStatement =
  (statement: Statement): Trust =>
  (trust) => ({ ...trust, Statement: [...toList<Statement>(trust.Statement), statement] });

const guard: Statement = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };

/** What else may stand in a trust that lets in those who belong there. */
const trusts: Readonly<Record<string, Trust>> = {
  'another statement': withStatement({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:role/admin' },
    Action: 'sts:AssumeRole',
  }),
  'the Deny of a company': withStatement(guard),
  'an Id': (trust) => ({ ...trust, Id: 'trust-1' }),
  'a fence of addresses': ({ Statement: all, ...rest }) => ({
    ...rest,
    Statement: toList<Statement>(all).map((each) => ({
      ...each,
      Condition: { ...(each.Condition as object), IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
    })),
  }),
};

const renames: Scenarios = Object.fromEntries(
  Object.entries(trusts).map(([what, change]): [string, Scenario] => [
    `a renamed connection, and ${what} in its trust`,
    {
      ...alone,
      happens: (world) => {
        changeRole(world, role, ({ trust }) => ({ trust: change(trust) }));
        edited(1, () => ({ references: [reference(1, 'c')] }))(world);
      },
      decides: () => undefined,
    },
  ]),
);

/** The remediation of a company puts its Deny on every trust that lacks it. */
export const guarded = ({ trust }: ObservedRole): Partial<ObservedRole> =>
  JSON.stringify(trust).includes('"Deny"') ? {} : { trust: withStatement(guard)(trust) };

/** What the company around the accounts does: refuses writes, and adds its own. */
export const companyScenarios: Scenarios = {
  'a role that was opened and given more, and AWS refuses to put its boundary back': refused('setBoundary'),
  'a role that was opened and given more, and AWS refuses to replace its policy': refused('putInlinePolicy'),
  'a role that was given a policy, and AWS refuses for three runs to take it off': {
    ...alone,
    happens: async (world, wiring) => {
      changeRole(world, role, (known) => tampered(known, [tamperings['attaches a policy'] ?? []].flat()));
      world.refused.add('detachManagedPolicy');
      for (let run = 0; run < 3; run++) {
        await runOnce(world, { wiring });
        world.clock.advance(16 * 60_000);
      }
      world.refused.clear();
    },
  },
  'a provider that AWS refuses to make': {
    happens: (world) => {
      shown(one)(world);
      world.refused.add('createProvider');
    },
    decides: ({ refused: all }) => {
      all.clear();
    },
  },
  'a company that puts its Deny on each role right after it is made': {
    happens: (world) => {
      shown(one)(world);
      world.remedy = guarded;
    },
  },
  'a role that loses its boundary right after it is made': {
    happens: async (world, wiring) => {
      shown(one)(world);
      await runOnce(world, { wiring });
      world.clock.advance(60_000);
      changeRole(world, role, () => ({ boundary: undefined }));
    },
  },
  'two organizations that share the provider of their tenant, while writes of the first are suspended': {
    configuration: { organizations: [contoso, ...neighbours.map(({ organization }) => organization)] },
    happens: async (world, wiring) => {
      // A first run, in which a person lets the deployment write.
      await runOnce(world, { wiring });
      for (const { organization, connection } of neighbours)
        world.town.addNeighbour(organization, [connection]);
      const [first] = neighbours;
      if (first) await suspend(world, { of: 'organization', id: first.organization.id });
    },
    decides: resumeAll,
  },
  ...renames,
};
