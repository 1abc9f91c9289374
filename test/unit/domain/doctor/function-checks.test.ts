import { functionChecks } from '../../../../shared/domain/doctor/people-checks.ts';
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
