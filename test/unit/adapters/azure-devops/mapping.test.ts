import { connectionOf } from '../../../../shared/adapters/azure-devops/mapping.ts';
import { EndpointDocument, ProjectDocument } from '../../../../shared/adapters/azure-devops/schema.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-a000-000000000000`) as [
  string,
  string,
  string,
];
const project = ProjectDocument.parse({ id: B, name: 'Shop' });

const map = (fields: object) =>
  connectionOf(EndpointDocument.parse({ id: C, name: 'aws-prod', type: 'AWS', ...fields }), project);
const withParameters = (parameters: unknown) =>
  map({ authorization: { scheme: 'UsernamePassword', parameters } });
const reference = (id: string, projectName: string, name: string) => ({
  projectReference: { id, name: projectName },
  name,
  description: '',
});

describe('a service connection out of its document', () => {
  it.each<[unknown, string]>([
    ['true', 'on'],
    ['false', 'off'],
    ['', 'off'],
    [null, 'off'],
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
    expect(withParameters({ useOIDC }).oidc).toBe(oidc);
  });

  it.each([{}, { authorization: null }, { authorization: {} }, { authorization: { parameters: null } }])(
    'asks for nothing when the document has %j',
    (fields) => {
      expect(map(fields)).toMatchObject({
        requestedRoleArn: '',
        oidc: 'off',
        hasAccessKey: false,
        hasExternalId: false,
        isDisabled: false,
        isReady: true,
      });
    },
  );

  it.each([
    [null, false],
    ['', false],
    [' ', true],
    ['AKIA', true],
  ])('reads the key id %j as stored: %s', (text, isStored) => {
    const mapped = withParameters({ username: text, externalId: text });
    expect([mapped.hasAccessKey, mapped.hasExternalId]).toEqual([isStored, isStored]);
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

  it.each([undefined, null, []])('refers to the project that lists it when the references are %j', (list) => {
    expect(map({ serviceEndpointProjectReferences: list }).references).toEqual([
      { projectId: B, projectName: 'Shop', name: 'aws-prod' },
    ]);
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

describe('a document that is not of the documented shape', () => {
  const good = { id: C, name: 'aws-prod', type: 'AWS' };

  it('is not one with just an id, a name and a type', () => {
    expect(EndpointDocument.safeParse(good).success).toBe(true);
  });

  it.each([
    { id: undefined },
    { id: 'x' },
    { name: undefined },
    { name: '' },
    { name: null },
    { type: undefined },
    { type: '' },
    { isDisabled: 'true' },
    { authorization: 'none' },
    { authorization: { parameters: { username: 7 } } },
    { authorization: { parameters: { assumeRoleArn: ['arn'] } } },
    { serviceEndpointProjectReferences: {} },
    { serviceEndpointProjectReferences: [{ name: 'x' }] },
    { serviceEndpointProjectReferences: [{ projectReference: { id: A }, name: 'x' }] },
    { serviceEndpointProjectReferences: [{ projectReference: { id: A, name: 'Bank' } }] },
    {
      serviceEndpointProjectReferences: [reference(A, 'Bank', 'x'), reference(A.toUpperCase(), 'Bank', 'y')],
    },
  ])('is one with %j', (fields) => {
    expect(EndpointDocument.safeParse({ ...good, ...fields }).success).toBe(false);
  });
});
