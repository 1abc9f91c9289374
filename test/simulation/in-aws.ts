import { fc } from '../builders/fast-check.ts';
import { anyTamperings, tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { Happening, role, short } from './happening.ts';
import { allRoles, blindAccount, changeRole, replaceRole } from './iam-people.ts';
import { DENY_ALL } from './widths.ts';
import { getAccount } from './world.ts';

let impostors = 0;
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
        getAccount(world).roles.delete(arn);
      }),
  ),
  role.map(
    (arn) =>
      new Happening(`somebody makes ${short(arn)} again`, (world) => {
        replaceRole(world, arn, ++impostors);
      }),
  ),
  role.map(
    (arn) =>
      new Happening(`somebody uses ${short(arn)}`, (world) => {
        changeRole(world, arn, () => ({ lastUsedAt: world.clock.now() }));
      }),
  ),
  fc.constantFrom([], ['other']).map(
    (audiences) =>
      new Happening(`the provider has the audiences [${audiences.join()}]`, (world) => {
        const { providers } = getAccount(world);
        for (const [arn, known] of providers) providers.set(arn, { ...known, audiences });
      }),
  ),
  fc.constant(
    new Happening('somebody deletes the provider', (world) => {
      getAccount(world).providers.clear();
    }),
  ),
  fc.boolean().map(
    (isBlind) =>
      new Happening(isBlind ? 'the account is throttled' : 'the account answers', (world) => {
        blindAccount(world, isBlind);
      }),
  ),
);
