import {
  SUBJECT_MAX_LENGTH,
  buildSubject,
  problemOfName,
  vstokenProfile,
} from '../../../shared/domain/issuer.ts';
import { desire } from '../../../shared/domain/desire.ts';
import { viewConnections } from '../../../shared/domain/inventory.ts';
import type { ServiceConnection } from '../../../shared/domain/service-connection.ts';
import { configuration, contoso } from '../../builders/configuration.ts';
import { connection, reference } from '../../builders/connection.ts';
import { organizationId } from '../../builders/domain-ids.ts';
import { inventory } from '../../builders/inventory.ts';

const refused: Readonly<Record<string, string>> = {
  'a star': 'prod*',
  'a question mark': 'prod?',
  'a dollar sign': '$prod',
  'an opening brace': 'prod{',
  'a closing brace': 'prod}',
  'a policy variable': '${aws:username}',
  'a slash': 'a/b',
  'a backslash': 'a\\b',
  'a percent sign': 'a%2Fb',
  'a quotation mark': 'a"b',
  'an angle bracket': 'a<b',
  'a pipe': 'a|b',
  'a back-tick': 'a`b',
  'a line feed': 'a\nb',
  'a line feed at the end': 'prod\n',
  'a carriage return': 'a\rb',
  'a tab': 'a\tb',
  'a null': 'a\u0000b',
  'an escape': 'a\u001b[31mb',
  'a delete': 'a\u007fb',
  'a control of Latin-1': 'a\u0085b',
  'a non-breaking space': 'a\u00a0b',
  'a soft hyphen': 'a\u00adb',
  'a zero-width space': 'a\u200bb',
  'a zero-width joiner': 'a\u200db',
  'a byte order mark': '\ufeffprod',
  'a change of direction': 'a\u202eb',
  'an isolate': 'a\u2066b',
  'a line separator': 'a\u2028b',
  'a combining accent': 'e\u0301',
  'a Cyrillic letter': 'pr\u043ed',
  'a full-width letter': '\uff50rod',
  'a Kelvin sign': '\u212a',
  'half a surrogate pair': 'a\ud800',
  'an emoji': 'prod🚀',
  'a multiplication sign': 'a\u00d7b',
};

const desireOf = (one: ServiceConnection) =>
  desire(configuration(), {
    organization: contoso,
    name: contoso.name,
    view: viewConnections(inventory([one])),
  });

describe('a name in a subject', () => {
  it.each(Object.entries(refused))('is refused with %s', (_what, name) => {
    expect(problemOfName(name)).toBe('characters');
  });

  it.each(['prod', 'aws-prod_1', 'Déploiement Öst', 'a.b (c)', "it's #1: a+b=c, [x] & ~y; !^ @z", 'ÿ'])(
    'is accepted as %s',
    (name) => {
      expect(problemOfName(name)).toBeUndefined();
    },
  );

  it.each([' prod', 'prod ', 'a  b'])('is refused with spaces that people do not see: %j', (name) => {
    expect(problemOfName(name)).toBe('spaces');
  });

  it('is refused when it is empty', () => {
    expect(problemOfName('')).toBe('empty');
  });

  it.each(Object.entries(refused))('never gets into a wish with %s, in either name', (_what, name) => {
    const judge = (references: readonly ReturnType<typeof reference>[]) =>
      desireOf(connection(1, { references: [...references, reference(3, 'good')] }));
    const { wishes, findings } = judge([reference(1, name), reference(2, 'prod', name)]);
    expect(wishes.flatMap(({ subjects }) => subjects.map(({ subject }) => subject))).toEqual([
      'sc://contoso/P3/good',
    ]);
    expect(findings.map(({ code }) => code)).toEqual(['connection.name-refused', 'connection.name-refused']);
  });

  it('is named by the project in which it is bad, not by the first that shares the connection', () => {
    const { findings } = desireOf(
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
    const { wishes, findings } = desireOf(connection(1, { references: [reference(1, name)] }));
    expect(wishes).toHaveLength(count);
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
