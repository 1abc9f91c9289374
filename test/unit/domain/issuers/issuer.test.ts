import {
  SUBJECT_MAX_LENGTH,
  buildSubject,
  problemOfName,
  vstokenProfile,
} from '../../../../shared/domain/issuers/issuer.ts';
import type { NameProblem } from '../../../../shared/domain/issuers/issuer.ts';
import type { Organization } from '../../../../shared/domain/configuration/configuration.ts';
import { desire } from '../../../../shared/domain/desired/desire.ts';
import { viewConnections } from '../../../../shared/domain/azure-devops/inventory.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { organizationId } from '../../../builders/domain-ids.ts';
import { inventory } from '../../../builders/inventory.ts';

const refused: Readonly<Record<string, readonly [name: string, problem: NameProblem]>> = {
  'a star': ['prod*', 'pattern'],
  'a question mark': ['prod?', 'pattern'],
  'a policy variable': ['${aws:username}', 'variable'],
  'the beginning of a variable': ['prod${', 'variable'],
  'a line feed': ['a\nb', 'invisible'],
  'a line feed at the end': ['prod\n', 'invisible'],
  'a carriage return': ['a\rb', 'invisible'],
  'a tab': ['a\tb', 'invisible'],
  'a null': ['a\u0000b', 'invisible'],
  'an escape': ['a\u001b[31mb', 'invisible'],
  'a delete': ['a\u007fb', 'invisible'],
  'a control of Latin-1': ['a\u0085b', 'invisible'],
  'a soft hyphen': ['a\u00adb', 'invisible'],
  'a zero-width space': ['a\u200bb', 'invisible'],
  'a zero-width joiner': ['a\u200db', 'invisible'],
  'a byte order mark': ['\ufeffprod', 'invisible'],
  'a change of direction': ['a\u202eb', 'invisible'],
  'an isolate': ['a\u2066b', 'invisible'],
  'a line separator': ['a\u2028b', 'invisible'],
  'a combining accent': ['e\u0301', 'not-latin-1'],
  'a Cyrillic letter': ['pr\u043ed', 'not-latin-1'],
  'a trade mark': ['Shop™', 'not-latin-1'],
  'a full-width letter': ['\uff50rod', 'not-latin-1'],
  'a Kelvin sign': ['\u212a', 'not-latin-1'],
  'half a surrogate pair': ['a\ud800', 'not-latin-1'],
  'an emoji': ['prod🚀', 'not-latin-1'],
};

/** What a value of StringEquals holds as itself: U+0020 to U+00FF without the marks of patterns and variables. */
const accepted = [
  'prod',
  'aws-prod_1',
  'Déploiement Öst',
  'a.b (c)',
  "it's #1: a+b=c, [x] & ~y; !^ @z",
  'ÿ',
  'https://dev.azure.com/contoso/_git/shop',
  'a%2Fb',
  'a|b > c < d',
  'a "b" \\ `c`',
  '$prod $ {x}',
  'a  b',
  ' prod ',
  'a\u00a0b',
  '2 × 3',
];

const entra = { tenantId: '77a3b2c1-0000-4000-8000-0000000000aa' };

const desireConnection = (one: ServiceConnection, fields: Partial<Organization> = {}) =>
  desire(
    configuration(),
    {
      organization: { ...contoso, entra, ...fields },
      name: contoso.name,
      view: viewConnections(inventory([one])),
    },
    [],
  );

describe('a name in a subject', () => {
  it.each(Object.entries(refused))('is refused with %s', (_what, [name, problem]) => {
    expect(problemOfName(name)).toBe(problem);
  });

  it.each(accepted)('is accepted as %j', (name) => {
    expect(problemOfName(name)).toBeUndefined();
    const { requests, findings } = desireConnection(connection(1, { references: [reference(1, name)] }));
    expect(requests[0]?.subjects.map(({ subject }) => subject)).toEqual([`sc://contoso/P1/${name}`]);
    expect(findings).toEqual([]);
  });

  it('is refused when it is empty', () => {
    expect(problemOfName('')).toBe('empty');
  });

  it('is refused with a slash in a project alone: its subject could be read as that of another project', () => {
    expect(problemOfName('a/b', 'project')).toBe('slash');
    expect(problemOfName('a/b', 'connection')).toBeUndefined();
  });

  it.each(Object.entries(refused))('never gets into a wish with %s, in either name', (_what, [name]) => {
    const judge = (references: readonly ReturnType<typeof reference>[]) =>
      desireConnection(connection(1, { references: [...references, reference(3, 'good')] }));
    const { requests, findings } = judge([reference(1, name), reference(2, 'prod', name)]);
    expect(requests.flatMap(({ subjects }) => subjects.map(({ subject }) => subject))).toEqual([
      'sc://contoso/P3/good',
    ]);
    expect(findings.map(({ code }) => code)).toEqual(['connection.name-refused', 'connection.name-refused']);
  });

  it.each(Object.entries(refused))(
    'is nobody’s matter with %s where no name stands in the trust',
    (_what, [name]) => {
      const one = connection(1, { references: [reference(1, name, name), reference(2, 'x'.repeat(300))] });
      const { requests, findings } = desireConnection(one, { issuer: 'entra' });
      expect(requests[0]?.subjects).toHaveLength(2);
      expect(findings).toEqual([]);
      expect(desireConnection(one, { issuer: 'both' }).requests).toEqual([]);
    },
  );

  it('is named by the project in which it is bad, not by the first that shares the connection', () => {
    const { findings } = desireConnection(
      connection(1, { references: [reference(1, 'good'), reference(2, 'bad*', 'Pay')] }),
    );
    expect(findings).toMatchObject([
      { code: 'connection.name-refused', message: expect.stringMatching(/^Pay \/ bad\* /) as string },
    ]);
  });
});

describe('a subject', () => {
  it('is built of the names as they are spelled', () => {
    expect(buildSubject('Contoso', reference(1, 'AWS Prod', 'Shöp'))).toBe('sc://Contoso/Shöp/AWS Prod');
  });

  it.each([
    [SUBJECT_MAX_LENGTH, 1, []],
    [SUBJECT_MAX_LENGTH + 1, 0, ['connection.subject-too-long']],
  ])('of %d characters makes %d wishes', (length, count, codes) => {
    const name = 'x'.repeat(length - 'sc://contoso/P1/'.length);
    const { requests, findings } = desireConnection(connection(1, { references: [reference(1, name)] }));
    expect(requests).toHaveLength(count);
    expect(findings.map(({ code }) => code)).toEqual(codes);
  });
});

describe('the issuer of an organization', () => {
  it('is in lower case, without a slash at the end, and has one audience', () => {
    expect(vstokenProfile(organizationId(1))).toMatchObject({
      issuer: 'vstoken.dev.azure.com/00000000-0000-4000-8000-000000000001',
      audience: 'api://AzureADTokenExchange',
    });
  });
});
