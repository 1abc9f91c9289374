import { isSamePerson } from '../../../../shared/domain/guard/controls.ts';

const session = (role: string, name: string, account = '111111111111', partition = 'aws') =>
  `arn:${partition}:sts::${account}:assumed-role/${role}/${name}`;
const sso = (set: string) => `AWSReservedSSO_${set}_0123456789abcdef`;
const ana = session(sso('Admin'), 'ana@example.com');
const federated = (name: string) => `arn:aws:sts::111111111111:federated-user/${name}`;
const user = 'arn:aws:iam::111111111111:user/ana';

it.each<[string, string, string, boolean]>([
  ['a user and itself', user, user, true],
  ['two users', user, 'arn:aws:iam::111111111111:user/ben', false],
  ['users of one name in two accounts', user, 'arn:aws:iam::222222222222:user/ana', false],
  ['root and itself', 'arn:aws:iam::111111111111:root', 'arn:aws:iam::111111111111:root', true],
  ['two sessions of one name in one role', session('Ops', 'ana'), session('Ops', 'ana'), true],
  ['sessions of two names in one role', session('Ops', 'ana'), session('Ops', 'ben'), true],
  ['sessions of two names in two roles', session('Ops', 'ana'), session('Dev', 'ben'), false],
  ['sessions of one name in two roles', session('Ops', 'ana'), session('Dev', 'ana'), true],
  [
    'sessions of one name in another spelling',
    session('Ops', 'ana@example.com'),
    session('Dev', 'Ana@Example.com'),
    true,
  ],
  [
    'sessions of one name in two accounts',
    session('Ops', 'ana'),
    session('Ops', 'ana', '222222222222'),
    true,
  ],
  [
    'sessions of two names in the same role of two accounts',
    session('Ops', 'ana'),
    session('Ops', 'ben', '222222222222'),
    false,
  ],
  [
    'sessions of two names in a role that is named like one of SSO',
    session('AWSReservedSSO_Ops', 'ana'),
    session('AWSReservedSSO_Ops', 'ben'),
    true,
  ],
  ['two federated users of one account', federated('ana'), federated('ben'), true],
  ['a federated user and a user of one name', federated('ana'), user, false],
  ['one SSO user in two permission sets', ana, session(sso('Read'), 'ana@example.com'), true],
  ['one SSO user in two accounts', ana, session(sso('Admin'), 'ana@example.com', '222222222222'), true],
  ['one SSO user in another spelling', ana, session(sso('Admin'), 'Ana@Example.com'), true],
  ['two SSO users', ana, session(sso('Admin'), 'ben@example.com'), false],
  ['an SSO user and a session that says the same name', ana, session('Ops', 'ana@example.com'), true],
  ['an SSO user and a user', ana, user, false],
  [
    'two sessions that nobody named',
    session('Ops', 'botocore-session-1766000000'),
    session('Ops', 'aws-sdk-js-1766000000001'),
    true,
  ],
  [
    'a session that nobody named, and one that has a name',
    session('Ops', '1766000000001'),
    session('Ops', 'ana'),
    true,
  ],
  [
    'sessions that nobody named, in two roles',
    session('Ops', '1766000001'),
    session('Dev', '1766000002'),
    false,
  ],
  ['two instances', session('Ops', 'i-0123456789abcdef0'), session('Ops', 'i-0123456789abcdef1'), true],
  ['nobody and nobody', '', '', false],
  ['somebody and nobody', user, '', false],
])('takes %s for the same person or for two', (_who, a, b, expected) => {
  expect([isSamePerson(a, b), isSamePerson(b, a)]).toEqual([expected, expected]);
});
