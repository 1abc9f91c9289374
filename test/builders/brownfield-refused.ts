import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import { connectionId } from './domain-ids.ts';
import {
  admit,
  connect,
  exactly,
  pair,
  makeRole,
  shape,
  writeSubject,
  through,
  makeTrust,
  wellTrusted,
} from './brownfield-parts.ts';
import type { Part, Place, Shape } from './brownfield-parts.ts';
/** A trust that lets nobody in, for the reason that its condition, its provider or its audience shows. */
const dead = (name: string, trust: (place: Place, subject: string) => PolicyDocument): Shape =>
  shape(name, 0, (place) =>
    pair(place, 'dead', (subject) => trust(place, subject), {}, { importer: 'named' }),
  );

/** What gets no grant: nobody gets in today, or the connection asks for nothing that is there. */
export const refusedShapes: readonly Shape[] = [
  dead('I18 issuer by name', (place, subject) => {
    const issuer = `vstoken.dev.azure.com/${place.organization.name}`;
    return through(place, issuer, exactly(issuer, subject));
  }),
  dead('I19 keys without GUID', (place, subject) =>
    makeTrust(admit(place, { StringEquals: { 'vstoken.dev.azure.com:sub': subject } })),
  ),
  dead('I20 wildcard under StringEquals', (place) =>
    makeTrust(admit(place, exactly(place.issuer, writeSubject(place, place.project, '*')))),
  ),
  dead('I20 repository', (place) =>
    makeTrust(admit(place, { StringLike: { [`${place.issuer}:sub`]: `repo:${place.project}/app:*` } })),
  ),
  dead('I20 URL and connection id', (place) =>
    makeTrust(
      admit(
        place,
        exactly(
          place.issuer,
          `sc://https://dev.azure.com/${place.organization.name}/${place.project}/${connectionId(place.number)}`,
        ),
      ),
    ),
  ),
  dead('I20 connection id', (place) =>
    makeTrust(
      admit(place, exactly(place.issuer, writeSubject(place, place.project, connectionId(place.number)))),
    ),
  ),
  dead('I20 bare name', (place) => makeTrust(admit(place, exactly(place.issuer, `aws-dead-${place.n}`)))),
  dead('I21 wrong audience', (place, subject) =>
    makeTrust(admit(place, exactly(place.issuer, subject, 'sts.amazonaws.com'))),
  ),
  dead('mistyped', (place, subject) => makeTrust(admit(place, exactly(place.issuer, subject.toUpperCase())))),
  dead('I23 pipeline', (place) =>
    makeTrust(admit(place, exactly(place.issuer, `p://${place.organization.name}/${place.project}/release`))),
  ),
  dead('I26 former issuer', (place, subject) => {
    const issuer = `app.vstoken.visualstudio.com/${place.organization.name}`;
    return through(place, issuer, exactly(issuer, subject));
  }),
  dead('trusts no Azure DevOps', () =>
    makeTrust({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  ),
  shape('I21 wrong audience of the provider', 0, (place) => misplaced(place, place.wrongAudience)),
  shape('provider missing', 0, (place) => misplaced(place, place.noProvider)),
  shape('I30 case', 1, (place) => {
    const part = pair(place, 'case', wellTrusted(place), {}, { importer: 'named' });
    const [one] = part.connections;
    const spelled = one?.roleArn.replace('-ado', '-ADO') ?? '';
    return { ...part, connections: part.connections.map((all) => ({ ...all, roleArn: spelled })) };
  }),
  shape('role that is not there', 1, (place) => {
    const part = pair(place, 'nowhere', wellTrusted(place), {}, { importer: 'named' });
    return { ...part, roles: [] };
  }),
  shape('role of Lambda', 0, (place) =>
    pair(
      place,
      'lambda',
      wellTrusted(place, {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      {},
      { importer: 'named' },
    ),
  ),
  shape('malformed ARN', 0, (place) => ({
    connections: [
      connect(place, 0, `aws-typo-${place.n}`, {
        roleArn: `arn:aws:iam:${place.account}:role/typo`,
        importer: 'named',
      }),
    ],
    roles: [],
  })),
  shape('static keys', 3, (place) => ({
    connections: [
      connect(place, 0, `aws-keys-${place.n}`, {
        useOidc: false,
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        importer: 'named',
      }),
    ],
    roles: [],
  })),
  shape('name of a pattern', 0, (place) => {
    const name = `aws-\${stage}-${place.n}`;
    const role = makeRole(place.account, `stage-${place.n}-ado`, wellTrusted(place)('sc://northwind/Web/x'));
    return {
      connections: [connect(place, 0, name, { roleArn: role.arn, importer: 'named' })],
      roles: [role],
    };
  }),
];

/** A role as the recipe has it, in an account where its provider is not as the recipe has it. */
function misplaced(place: Place, account: AccountId | undefined): Part | undefined {
  if (account === undefined) return undefined;
  const there = { ...place, account };
  return pair(there, 'misplaced', wellTrusted(there), {}, { importer: 'named' });
}
