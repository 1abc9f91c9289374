import { toServiceConnection } from '../../../../shared/adapters/azure-devops/mapping.ts';
import { EndpointDocument, ProjectDocument } from '../../../../shared/adapters/azure-devops/schema.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-a000-000000000000`) as [
  string,
  string,
  string,
];
const project = ProjectDocument.parse({ id: B, name: 'Shop' });

const map = (fields: object) =>
  toServiceConnection(EndpointDocument.parse({ id: C, name: 'aws-prod', type: 'AWS', ...fields }), project);
const withParameters = (parameters: unknown) =>
  map({ authorization: { scheme: 'UsernamePassword', parameters } });
const reference = (id: string, projectName: string, name: string) => ({
  projectReference: { id, name: projectName },
  name,
  description: '',
});

/** Parameters that are shown: one of them has a value. */
const shown = { roleSessionName: '' };
const nothing = { requestedRoleArn: null, oidc: null, hasAccessKey: null, hasExternalId: null };

describe('a service connection out of its document', () => {
  it.each<[unknown, string | null]>([
    ['true', 'on'],
    ['false', 'off'],
    ['', 'off'],
    [null, null],
    [undefined, 'off'],
    ['True', 'unclear'],
    ['TRUE', 'unclear'],
    ['False', 'unclear'],
    [' true', 'unclear'],
    ['1', 'unclear'],
    [true, 'unclear'],
    [false, 'unclear'],
    [{}, 'unclear'],
  ])('reads useOIDC %j as %s', (useOIDC, oidc) => {
    expect(withParameters({ ...shown, useOIDC }).oidc).toBe(oidc);
  });

  const keys = [
    'username',
    'password',
    'sessionToken',
    'assumeRoleArn',
    'roleSessionName',
    'externalId',
    'useOIDC',
  ];
  it.each<object>([
    {},
    { authorization: null },
    { authorization: 'none' },
    { authorization: {} },
    { authorization: { scheme: 'UsernamePassword' } },
    { authorization: { scheme: 'UsernamePassword', parameters: null } },
    { authorization: { scheme: 'UsernamePassword', parameters: [] } },
    { authorization: { scheme: 'UsernamePassword', parameters: {} } },
    { authorization: { parameters: Object.fromEntries(keys.map((key) => [key, null])) } },
  ])('does not know what it asks for when the document has %j', (fields) => {
    expect(map(fields)).toMatchObject(nothing);
    expect(map({ ...fields, type: undefined })).toMatchObject({ type: null, ...nothing });
    expect(map({ ...fields, type: 'Generic' })).toMatchObject({ oidc: 'off', requestedRoleArn: '' });
  });

  it.each<[string, object, object]>([
    ['no type', { type: undefined }, { type: null }],
    ['a type that is null', { type: null }, { type: null }],
    ['an empty type', { type: '' }, { type: null }],
    ['a number for its type', { type: 7 }, { type: null }],
    ['no word whether it is ready', {}, { isReady: null, isDisabled: null }],
    ['null for ready and disabled', { isReady: null, isDisabled: null }, { isReady: null, isDisabled: null }],
    ['texts for flags', { isReady: 'true', isDisabled: 'true' }, { isReady: null, isDisabled: null }],
    ['flags', { isReady: false, isDisabled: true }, { isReady: false, isDisabled: true }],
  ])('reads what is there of a document with %s', (_what, fields, expected) => {
    expect(map(fields)).toMatchObject({ id: C, ...expected });
  });

  it('takes a parameter that is absent for unset, and one that is null or no text for not shown', () => {
    expect(withParameters(shown)).toMatchObject({
      requestedRoleArn: '',
      unset: ['assumeRoleArn', 'useOIDC'],
    });
    const mapped = withParameters({ ...shown, assumeRoleArn: null, useOIDC: null });
    expect([mapped.requestedRoleArn, mapped.oidc, mapped.unset]).toEqual([null, null, undefined]);
    expect(withParameters({ ...shown, assumeRoleArn: ['arn'] }).requestedRoleArn).toBeNull();
  });

  it.each<[unknown, boolean | null]>([
    [null, null],
    [undefined, null],
    [7, null],
    ['', false],
    [' ', true],
    ['AKIA', true],
  ])('reads the key id %j as stored: %s', (text, isStored) => {
    const mapped = withParameters({ ...shown, username: text, externalId: text });
    expect([mapped.hasAccessKey, mapped.hasExternalId]).toEqual([isStored, isStored]);
  });

  it.each<[object, boolean | undefined]>([
    [{ assumeRoleArn: 'arn', useOIDC: 'true' }, true],
    [{ assumeRoleArn: 'arn', useOIDC: 'false' }, true],
    [{ assumeRoleArn: 'arn', useOIDC: '' }, false],
    [{ assumeRoleArn: 'arn' }, false],
    [{ assumeRoleArn: '', useOIDC: 'true' }, false],
    [{ AssumeRoleArn: 'arn', UseOidc: 'x' }, true],
    [{ assumeRoleArn: null, useOIDC: 'true' }, undefined],
  ])('knows of %j whether the PowerShell task takes OIDC: %s', (parameters, expected) => {
    expect(withParameters({ ...shown, ...parameters }).powerShellOidc).toBe(expected);
  });

  it('keeps the name of sessions, where there is one', () => {
    expect(withParameters({ roleSessionName: 'my session' }).sessionName).toBe('my session');
    expect(withParameters(shown)).not.toHaveProperty('sessionName');
  });

  it('keeps the typed ARN as it is', () => {
    expect(withParameters({ assumeRoleArn: ' arn:aws:iam::1:role/X ' }).requestedRoleArn).toBe(
      ' arn:aws:iam::1:role/X ',
    );
  });

  it('lets no secret and no unknown member in', () => {
    const parameters = {
      password: 'pw-secret',
      sessionToken: 'st-secret',
      apitoken: 'at-secret',
      username: 'AKIASECRET',
    };
    const document = {
      authorization: { scheme: 'Token', parameters },
      data: { x: 'd-secret' },
      newMember: 'n-secret',
    };
    expect(JSON.stringify(map(document))).not.toMatch(/secret/i);
  });

  it('lowers the GUIDs, and nothing else', () => {
    const mapped = map({
      id: C.toUpperCase(),
      type: 'aWs',
      serviceEndpointProjectReferences: [reference(B.toUpperCase(), 'ShOp', 'AWS-Prod')],
    });
    expect(mapped).toMatchObject({
      id: C,
      type: 'aWs',
      references: [{ projectId: B, projectName: 'ShOp', name: 'AWS-Prod' }],
    });
  });

  it.each([undefined, null, [], 'none', {}])(
    'refers to the project that lists it when the references are %j',
    (list) => {
      expect(map({ serviceEndpointProjectReferences: list })).toMatchObject({
        references: [{ projectId: B, projectName: 'Shop', name: 'aws-prod' }],
        hidesReferences: 'all',
      });
    },
  );

  it.each<[unknown, readonly unknown[], string | undefined]>([
    [true, [reference(B, 'Shop', 'aws-prod')], 'all'],
    [true, [], 'all'],
    [true, [reference(B, 'Shop', 'aws-prod'), reference(A, 'Bank', 'b')], undefined],
    [false, [reference(B, 'Shop', 'aws-prod')], undefined],
    [null, [reference(B, 'Shop', 'aws-prod')], undefined],
    ['true', [reference(B, 'Shop', 'aws-prod')], undefined],
  ])('of one that is shared: %j with references %j, hides %s', (isShared, list, hidden) => {
    expect(map({ isShared, serviceEndpointProjectReferences: list }).hidesReferences).toBe(hidden);
  });

  const own = { projectId: B, projectName: 'Shop', name: 'aws-prod' };
  const bank = { projectId: A, projectName: 'Bank', name: 'b' };
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['without a name', [{ projectReference: { id: A, name: 'Bank' } }], [own]],
    ['with null for a name', [{ projectReference: { id: A, name: 'Bank' }, name: null }], [own]],
    ['to a project without a name', [{ projectReference: { id: A }, name: 'b' }], [own]],
    ['to no project', [{ name: 'b' }], [own]],
    ['that is null', [null], [own]],
    [
      'to one project twice, under two names',
      [reference(A, 'Bank', 'b'), reference(A.toUpperCase(), 'Bank', 'c')],
      [bank, { ...bank, name: 'c' }, own],
    ],
  ])('keeps the other references beside one %s', (_what, list, expected) => {
    const mapped = map({ serviceEndpointProjectReferences: [...list, reference(B, 'Shop', 'aws-prod')] });
    expect(mapped).toMatchObject({ references: expected, hidesReferences: 'some' });
  });

  it('takes the same reference twice for one, and the name of its own project from the list', () => {
    const list = [{ projectReference: { id: B }, name: 'aws-prod' }, reference(B, 'Shop', 'aws-prod')];
    const mapped = map({ serviceEndpointProjectReferences: list });
    expect(mapped.references).toEqual([own]);
    expect(mapped).not.toHaveProperty('hidesReferences');
  });

  it('has no name where neither the entry nor its references have one', () => {
    expect(map({ name: null })).toMatchObject({ references: [], hidesReferences: 'some' });
    expect(
      map({ name: 7, serviceEndpointProjectReferences: [reference(B, 'Shop', 'x')] }).references,
    ).toEqual([{ ...own, name: 'x' }]);
  });

  it('adds the project that lists it to references that leave it out, in the order of ids', () => {
    const list = [reference(C, 'Zoo', 'z'), reference(A, 'Bank', 'b')];
    expect(map({ serviceEndpointProjectReferences: list }).references).toEqual([
      { projectId: A, projectName: 'Bank', name: 'b' },
      { projectId: B, projectName: 'Shop', name: 'aws-prod' },
      { projectId: C, projectName: 'Zoo', name: 'z' },
    ]);
  });
});

describe('a document that does not say which connection it is', () => {
  it.each([{}, { id: undefined }, { id: null }, { id: 'x' }, { id: 7 }])('is one with %j', (fields) => {
    expect(EndpointDocument.safeParse({ name: 'aws-prod', type: 'AWS', ...fields }).success).toBe(false);
  });

  it('is not one with just an id', () => {
    expect(EndpointDocument.safeParse({ id: C }).success).toBe(true);
  });
});
