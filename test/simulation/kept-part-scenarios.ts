import type { Grant, TrustTerms } from '../../shared/domain/configuration/configuration.ts';
import { PLAIN_TRUST } from '../../shared/domain/configuration/trust-terms.ts';
import type { Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import type { Tampering } from '../builders/arbitraries-tampering.ts';
import { grant } from '../builders/configuration.ts';
import type { GrantFields } from '../builders/configuration.ts';
import { reference } from '../builders/connection.ts';
import { guarded } from './company-scenarios.ts';
import { changeRole, makeForeignRole } from './iam-people.ts';
import { ask } from './operators.ts';
import type { Wiring } from './simulated-run.ts';
import type { Scenario, Scenarios } from './scenario.ts';
import { alone, configured, edited, one, role, shown } from './scenario.ts';
import type { World } from './world.ts';

const granting = (fields: GrantFields): { readonly grants: readonly Grant[] } => ({
  grants: [grant(fields)],
});
const unmanaged = granting({ permissions: 'unmanaged', boundary: 'none' });
const bare = granting({ boundary: 'none', inlinePolicies: {} });

const opened: Tampering = tamperings['opens the trust to everybody'] ?? { change: () => ({}), path: '' };
const attack = [
  'opens the trust to everybody',
  'attaches a policy',
  'changes an inline policy',
  'drops the boundary',
  'makes sessions longer',
  'adds a tag',
].flatMap((what) => tamperings[what] ?? []);

/** A role that somebody else has made and keeps, and a connection that asks for it. */
function makeTheirs(world: World): void {
  makeForeignRole(world, role, 1, opened);
  changeRole(world, role, () => ({ tags: { owner: 'platform' } }));
  shown(one)(world);
}

/** The same, taken over an hour ago. */
async function adoptTheirs(world: World, wiring: Wiring): Promise<void> {
  makeTheirs(world);
  await ask(world, 'adopt', role, { wiring });
  world.clock.advance(60 * 60_000);
}

const buildAfterTakeover = (happens: (world: World) => unknown, more: Partial<Scenario> = {}): Scenario => ({
  configuration: unmanaged,
  happens: async (world, wiring) => {
    await adoptTheirs(world, wiring);
    await happens(world);
  },
  ...more,
});

const breakGlass: Statement = {
  Sid: 'BreakGlass',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::{account}:role/break-glass' },
  Action: 'sts:AssumeRole',
};
const terms: TrustTerms = {
  statements: [breakGlass],
  conditions: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '198.51.100.0/24'] } },
  expectDeny: 'any',
};

/** Somebody takes out of the trust whatever is not azfed's own statement, and its conditions. */
function strip(world: World): void {
  changeRole(world, role, ({ trust }) => {
    const [own] = toList<Statement>(trust.Statement);
    const { StringEquals: claims } = (own?.Condition ?? {}) as Record<string, object>;
    return { trust: { ...trust, Statement: [{ ...own, Condition: { StringEquals: claims } as never }] } };
  });
}

const renameIt = edited(1, () => ({ references: [reference(1, 'c')] }));

/** What azfed keeps of a role, where somebody else keeps the rest, and what a grant lists for its trust. */
export const keptPartScenarios: Scenarios = {
  'a role whose permissions are somebody else’s is taken over': {
    configuration: unmanaged,
    happens: makeTheirs,
    does: (world, options) => ask(world, 'adopt', role, options),
    decides: (world, wiring) => ask(world, 'adopt', role, { wiring }),
  },
  'a role whose permissions are somebody else’s is opened and given more': buildAfterTakeover((world) => {
    changeRole(world, role, (known) => tampered(known, attack));
  }),
  'a connection turns OIDC off, and the permissions of its role are somebody else’s': buildAfterTakeover(
    edited(1, () => ({ oidc: 'off' })),
  ),
  'a role that whoever owns its permissions has not made yet': {
    configuration: unmanaged,
    happens: shown(one),
  },
  'a grant that gives away the permissions of its roles, and their owner changes them': {
    ...alone,
    happens: (world) => {
      configured(unmanaged)(world);
      changeRole(world, role, (known) => tampered(known, attack));
    },
  },
  'a grant that takes back the permissions of its roles': buildAfterTakeover(configured(granting({}))),
  'a role whose grant asks for no boundary, and somebody gives it one and a policy': {
    ...alone,
    configuration: bare,
    happens: (world) => {
      changeRole(world, role, ({ managedPolicies }) => ({
        boundary: 'arn:aws:iam::123456789012:policy/theirs',
        managedPolicies: [...managedPolicies, 'arn:aws:iam::aws:policy/AdministratorAccess'],
      }));
    },
  },
  'a renamed connection, and its grant lists a statement, conditions and the Deny of a company': {
    ...alone,
    configuration: granting({ trust: terms }),
    happens: (world) => {
      world.remedy = guarded;
      changeRole(world, role, (known) => tampered({ ...known, ...guarded(known) }, [opened]));
      renameIt(world);
    },
  },
  'somebody takes out of a trust what its grant lists': {
    ...alone,
    configuration: granting({ trust: terms }),
    happens: strip,
  },
  'a connection turns OIDC off, and its grant lists a statement of the trust': {
    ...alone,
    configuration: granting({ trust: { ...PLAIN_TRUST, statements: [breakGlass] } }),
    happens: edited(1, () => ({ oidc: 'off' })),
  },
};
