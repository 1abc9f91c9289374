import fc from 'fast-check';
import { anyTamperings, tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { contoso } from '../builders/configuration.ts';
import { reference } from '../builders/connection.ts';
import { organizationId, projectId } from '../builders/domain-ids.ts';
import { projectNames } from './admission.ts';
import {
  Happening,
  fresh,
  grants,
  limits,
  name,
  number,
  ownRoles,
  project,
  role,
  short,
  type,
} from './happening.ts';
import {
  allRoles,
  blindAccount,
  change,
  nameProject,
  put,
  recreate,
  remove,
  replaceRole,
  restoreTable,
  share,
  swapNames,
  writeStranger,
} from './people.ts';
import { DENY_ALL } from './widths.ts';
import { accountIn, changeRole, simulatedConfiguration } from './world.ts';

export const inAzureDevOps = fc.oneof(
  fc.tuple(number, project, name, role).map(
    ([n, p, text, arn]) =>
      new Happening(`connection ${n} is P${p}/${text} and asks for ${short(arn)}`, ({ town }) => {
        town.change(put(n, { references: [reference(p, text)], requestedRoleArn: arn, oidc: 'on' }));
      }),
  ),
  fc.tuple(number, name).map(
    ([n, text]) =>
      new Happening(`connection ${n} is renamed to ${text}`, ({ town }) => {
        town.change(
          change(n, ({ references }) => ({ references: references.map((one) => ({ ...one, name: text })) })),
        );
      }),
  ),
  number.map(
    (n) =>
      new Happening(`connection ${n} is deleted`, ({ town }) => {
        town.change(remove(n));
      }),
  ),
  fc.tuple(number, fresh, type, role).map(
    ([n, next, kind, arn]) =>
      new Happening(
        `connection ${n} is deleted and ${next} (${kind}) made under its name, asking for ${short(arn)}`,
        ({ town }) => {
          town.change(recreate(n, next, { type: kind, requestedRoleArn: arn }));
        },
      ),
  ),
  fc.tuple(number, role).map(
    ([n, arn]) =>
      new Happening(`connection ${n} asks for ${short(arn)}`, ({ town }) => {
        town.change(change(n, () => ({ requestedRoleArn: arn })));
      }),
  ),
  fc.tuple(number, project, name).map(
    ([n, p, text]) =>
      new Happening(`connection ${n} is shared with P${p} as ${text}`, ({ town }) => {
        town.change(share(n, reference(p, text)));
      }),
  ),
  fc.tuple(number, fc.constantFrom('on', 'off', 'unclear')).map(
    ([n, oidc]) =>
      new Happening(`OIDC of connection ${n} is ${oidc}`, ({ town }) => {
        town.change(change(n, () => ({ oidc })));
      }),
  ),
  fc.tuple(number, number).map(
    ([a, b]) =>
      new Happening(`connections ${a} and ${b} swap their names`, ({ town }) => {
        town.change(swapNames(a, b));
      }),
  ),
  fc.tuple(project, fc.constantFrom(...projectNames)).map(
    ([p, text]) =>
      new Happening(`project ${p} is named ${text}`, ({ town }) => {
        town.change(nameProject(p, text));
      }),
  ),
  fc.constant(
    new Happening('the two projects swap their names', ({ town }) => {
      town.change((all) => nameProject(2, 'P1')(nameProject(1, 'P2')(all)).map((one) => ({ ...one })));
    }),
  ),
  fc.tuple(fc.subarray([1, 2]), fc.constantFrom('silently', 'plainly')).map(
    ([all, how]) =>
      new Happening(
        `of projects ${all.join(' and ') || 'none'} nothing is shown any more, ${how}`,
        ({ town }) => {
          town.hide(
            all.map((p) => projectId(p)),
            how,
          );
        },
      ),
  ),
  fc.boolean().map(
    (isOther) =>
      new Happening(
        isOther ? 'another organization takes the name' : 'our organization has its name',
        ({ town }) => {
          town.identify(isOther ? organizationId(7) : contoso.id);
        },
      ),
  ),
);

let strangers = 0;
export const inAws = fc.oneof(
  fc.tuple(role, fc.constantFrom(...Object.entries(tamperings))).map(
    ([arn, [what, tampering]]) =>
      new Happening(`somebody ${what} of ${short(arn)}`, (world) => {
        changeRole(world, arn, (known) => tampered(known, [tampering]));
      }),
  ),
  anyTamperings.map(
    (all) =>
      new Happening(`somebody changes every role (${all.map(({ path }) => path).join(', ')})`, (world) => {
        for (const { arn } of allRoles(world)) changeRole(world, arn, (known) => tampered(known, all));
      }),
  ),
  role.map(
    (arn) =>
      new Happening(`somebody puts a Deny on ${short(arn)}`, (world) => {
        changeRole(world, arn, ({ managedPolicies }) => ({
          managedPolicies: [...new Set([...managedPolicies, DENY_ALL])],
        }));
      }),
  ),
  role.map(
    (arn) =>
      new Happening(`somebody takes the Deny off ${short(arn)}`, (world) => {
        changeRole(world, arn, ({ managedPolicies }) => ({
          managedPolicies: managedPolicies.filter((one) => one !== DENY_ALL),
        }));
      }),
  ),
  role.map(
    (arn) =>
      new Happening(`somebody deletes ${short(arn)}`, (world) => {
        accountIn(world).roles.delete(arn);
      }),
  ),
  role.map(
    (arn) =>
      new Happening(`somebody makes ${short(arn)} again`, (world) => {
        replaceRole(world, arn, ++strangers);
      }),
  ),
  fc.constantFrom([], ['other']).map(
    (audiences) =>
      new Happening(`the provider has the audiences [${audiences.join()}]`, (world) => {
        const { providers } = accountIn(world);
        for (const [arn, known] of providers) providers.set(arn, { ...known, audiences });
      }),
  ),
  fc.constant(
    new Happening('somebody deletes the provider', (world) => {
      accountIn(world).providers.clear();
    }),
  ),
  fc.boolean().map(
    (isBlind) =>
      new Happening(isBlind ? 'the account is throttled' : 'the account answers', (world) => {
        blindAccount(world, isBlind);
      }),
  ),
);

export const inTheTable = fc.oneof(
  fc
    .constantFrom(...ownRoles)
    .map(
      (arn) =>
        new Happening(`somebody writes a stranger into the record of ${short(arn)}`, (world) =>
          writeStranger(world, arn),
        ),
    ),
  fc.constant(new Happening('the table is emptied', (world) => restoreTable(world, []))),
  fc.constant(
    new Happening('the table is set back by some hours', (world) =>
      restoreTable(world, [...world.table.items.values()].slice(1)),
    ),
  ),
);

export const inTheConfiguration = fc
  .record({
    mode: fc.constantFrom('enforce', 'enforce', 'repair', 'observe'),
    retire: fc.constantFrom('close', 'keep'),
    maxSessionDuration: fc.constantFrom(3_600, 7_200),
    managedPolicies: fc.constantFrom<readonly string[]>([], ['arn:aws:iam::aws:policy/ReadOnlyAccess']),
  })
  .map(
    (fields) =>
      new Happening(`the grants are now ${JSON.stringify(fields)}`, (world) => {
        world.configuration = simulatedConfiguration({ limits, grants: grants(fields) });
      }),
  );

export const waiting = fc.constantFrom(1, 5, 45).map(
  (minutes) =>
    new Happening(`${minutes} minutes pass`, ({ clock }) => {
      clock.advance(minutes * 60_000);
    }),
);
