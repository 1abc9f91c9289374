import { keepPolicySpelling, keepSpelling } from '../../../../shared/domain/adoption/kept-spelling.ts';
import type { Json, JsonObject } from '../../../../shared/domain/policy/policy-document.ts';

const fill = (text: string) => text.replaceAll('{account}', '123456789012');

it.each<[what: string, old: Json, live: Json, spelled: Json]>([
  ['the order of what stays', ['c', 'a', 'b'], ['a', 'b', 'c', 'd'], ['c', 'a', 'b', 'd']],
  ['a list of one', ['a'], 'a', ['a']],
  ['one text', 'a', ['a'], 'a'],
  ['a placeholder', ['{account}', 'x'], ['y', '123456789012'], ['{account}', 'y']],
  ['nothing of what is new', ['a'], ['{account}'], ['{{account}}']],
])('keeps of a condition %s', (_what, old, live, spelled) => {
  const conditions = (value: Json) => ({ StringEquals: { 'aws:PrincipalTag/team': value } });
  expect(keepSpelling(conditions(old), conditions(live), fill)).toEqual(conditions(spelled));
});

it('keeps the order of actions and the lists of an inline policy, and no placeholder, for there is none', () => {
  const policy = (statement: JsonObject) => ({ Version: '2012-10-17', Statement: [statement] });
  const old = policy({
    Sid: 'Put',
    Effect: 'Allow',
    Action: ['s3:PutObject', 's3:GetObject'],
    Resource: ['arn:aws:s3:::{account}/*'],
  });
  const live = policy({
    Resource: 'arn:aws:s3:::{account}/*',
    Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    Sid: 'Put',
    Effect: 'Allow',
  });
  expect(keepPolicySpelling(old, live)).toEqual(
    policy({ ...old.Statement[0], Action: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'] }),
  );
});
