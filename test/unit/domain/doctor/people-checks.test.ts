import { functionChecks, peopleChecks } from '../../../../shared/domain/doctor/people-checks.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';

const caller = 'arn:aws:iam::111122223333:user/alice';
const refused = unknown('access-denied', 'User is not authorized to perform: lambda:InvokeFunction');

it.each([
  ['may start it', complete(undefined), {}, 'ok'],
  ['is refused and listed nowhere', refused, {}, 'failed'],
  ['is refused and listed as an operator', refused, { operators: [caller] }, 'failed'],
  ['is refused and listed as a reader', refused, { readers: [caller] }, 'ok'],
  ['finds no function', unknown('config', 'There is no such function.'), { readers: [caller] }, 'failed'],
  ['gets no answer', unknown('function.unreachable', 'No answer.'), {}, 'unknown'],
])('judges a function that somebody %s', (_who, answer, people, verdict) => {
  const [check] = functionChecks([{ name: 'azfed-discover', answer }], { people, caller });
  expect(check).toMatchObject({ code: 'functions.invocable', subject: 'function azfed-discover', verdict });
});

const [ops, approvers] = ['arn:aws:iam::111122223333:role/ops', 'arn:aws:iam::111122223333:role/approvers'];
const sso =
  'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef';

it.each([
  ['two roles may approve', { operators: [ops], approvers: [approvers] }, 'ok'],
  ['one permission set may, whose users are known', { operators: [sso] }, 'ok'],
  ['a pattern of several roles may', { operators: [`${ops}-*`] }, 'ok'],
  ['one role may, whose sessions name themselves', { operators: [ops], approvers: [ops] }, 'warning'],
  ['one user may', { operators: [caller] }, 'warning'],
  ['nobody may', { readers: [ops] }, 'warning'],
])('judges whether there can be a second person where %s', (_what, people, verdict) => {
  const checks = peopleChecks({ people, caller: undefined });
  expect(checks).toMatchObject([{ code: 'people.second-person', subject: 'people', verdict }]);
});
