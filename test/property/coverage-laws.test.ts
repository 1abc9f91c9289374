import { fc } from '../builders/fast-check.ts';
import type { Grant, RolePair } from '../../shared/domain/configuration/configuration.ts';
import {
  coversConnection,
  coversRequest,
  coversRole,
  overlappingGrants,
} from '../../shared/domain/configuration/grant-coverage.ts';
import { coversPattern } from '../../shared/domain/configuration/configuration-review.ts';
import { findProtectedRole, isNarrowRolePattern } from '../../shared/domain/configuration/protected-roles.ts';
import { matchesPattern, patternsMeet } from '../../shared/domain/kernel/glob.ts';
import { contoso, grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';

const letters = ['a', 'b', 'c'] as const;
const name = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 4 });
const pattern = fc.string({ unit: fc.constantFrom(...letters, '*', '?'), minLength: 1, maxLength: 5 });
const patterns = fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 });
const path = fc.constantFrom('/', '/x/', '/x/y/');

const anyGrant = fc.record({ project: patterns, names: patterns, path, roles: patterns });
const makeGrant = ({ project, names, path: at, roles }: Parameters<Parameters<typeof anyGrant.map>[0]>[0]) =>
  grant({ connections: { organization: '*', project, name: names }, role: { path: at, name: roles } });
/** One grant for each choice of one pattern from each list. */
const single = ({ project, names, path: at, roles }: Parameters<typeof makeGrant>[0]): readonly Grant[] =>
  project.flatMap((one) =>
    names.flatMap((another) =>
      roles.map((third) => makeGrant({ project: [one], names: [another], path: at, roles: [third] })),
    ),
  );
const request = fc.record({ project: name, connection: name, path, role: name });
const asking = (asked: { project: string; connection: string }) =>
  connection(1, { references: [reference(1, asked.connection, asked.project)] });
const place = (asked: { path: string; role: string }) => ({
  account: ACCOUNT,
  path: asked.path,
  name: asked.role,
});

it('two patterns meet exactly when some text matches both', () => {
  const texts = fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
  fc.assert(
    fc.property(pattern, pattern, texts, (one, other, text) => {
      expect(patternsMeet(one, other)).toBe(patternsMeet(other, one));
      if (matchesPattern(one, text) && matchesPattern(other, text))
        expect(patternsMeet(one, other)).toBe(true);
      // What one covers of the other is in both.
      if (coversPattern(one, other)) expect(patternsMeet(one, other)).toBe(true);
    }),
  );
  const all = ['', ...letters].flatMap((x) =>
    ['', ...letters].flatMap((y) =>
      ['', ...letters].flatMap((z) => ['', ...letters].map((w) => x + y + z + w)),
    ),
  );
  const short = fc.string({ unit: fc.constantFrom('a', '*', '?'), maxLength: 3 });
  fc.assert(
    fc.property(short, short, (one, other) => {
      const hasWitness = all.some((text) => matchesPattern(one, text) && matchesPattern(other, text));
      expect(patternsMeet(one, other)).toBe(hasWitness);
    }),
  );
});

it('a list of patterns covers what its patterns cover, and nothing else', () => {
  fc.assert(
    fc.property(anyGrant, request, (given, asked) => {
      const whole = makeGrant(given);
      const parts = single(given);
      const [one, role] = [asking(asked), place(asked)];
      expect(coversConnection(whole, contoso, one)).toBe(
        parts.some((part) => coversConnection(part, contoso, one)),
      );
      expect(coversRole(whole, role)).toBe(parts.some((part) => coversRole(part, role)));
      expect(coversRequest(whole, contoso, one, role)).toBe(
        parts.some((part) => coversRequest(part, contoso, one, role)),
      );
    }),
  );
});

it('the root path covers nothing that lies below it', () => {
  fc.assert(
    fc.property(anyGrant, request, (given, asked) => {
      const covered = coversRole(makeGrant({ ...given, path: '/' }), place(asked));
      if (covered) expect(asked.path).toBe('/');
    }),
  );
});

const anyPair = fc
  .record({ project: name, connection: name, name, path })
  .map((one): RolePair => ({ ...one, organization: contoso.name, accounts: [ACCOUNT], type: 'aws' }));

it('a grant of pairs covers its pairs, and no connection with the role of another', () => {
  fc.assert(
    fc.property(fc.array(anyPair, { minLength: 1, maxLength: 6 }), (roles) => {
      const paired = grant({ roles });
      for (const asked of roles)
        for (const given of roles) {
          const isPair = roles.some(
            (one) =>
              one.project === asked.project &&
              one.connection === asked.connection &&
              one.path === given.path &&
              one.name === given.name,
          );
          const role = { account: ACCOUNT, path: given.path, name: given.name };
          expect(coversRequest(paired, contoso, asking(asked), role)).toBe(isPair);
        }
    }),
  );
});

it('grants that cover one connection and one role overlap', () => {
  fc.assert(
    fc.property(anyGrant, fc.array(anyPair, { minLength: 1, maxLength: 4 }), (given, roles) => {
      const [one, other] = [makeGrant(given), grant({ name: 'pairs', roles })];
      const isCovered = roles.some((pair) =>
        coversRequest(one, contoso, asking(pair), { account: ACCOUNT, path: pair.path, name: pair.name }),
      );
      expect(overlappingGrants([one, other], [contoso]).length > 0).toBe(isCovered);
    }),
  );
});

it('no pattern that is taken at the root path matches a role that is never azfed’s', () => {
  const protectedNames = [
    'AWSServiceRoleForSupport',
    'AWSReservedSSO_Admin_0123456789abcdef',
    'OrganizationAccountAccessRole',
    'AWSControlTowerExecution',
    'stacksets-exec-0123456789abcdef',
    'cdk-hnb659fds-deploy-role-123456789012-eu-west-1',
    'azfed-spoke',
  ];
  // A pattern that matches one of them: some of its letters are taken for wildcards.
  const spoilt = fc
    .tuple(fc.constantFrom(...protectedNames), fc.array(fc.constantFrom('', '*', '?'), { maxLength: 50 }))
    .map(([text, marks]) =>
      text
        .split('')
        .map((letter, index) => (marks[index] ? (marks[index] ?? '') : letter))
        .join(''),
    );
  fc.assert(
    fc.property(spoilt, (one) => {
      const isMatch = protectedNames.some((text) => matchesPattern(one, text));
      if (isMatch) expect(!isNarrowRolePattern(one) || findProtectedRole(one) !== undefined).toBe(true);
    }),
  );
});
