import {
  DeleteConflictException,
  IAMServiceException,
  MalformedPolicyDocumentException,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import type { Recently } from '../../../../shared/adapters/aws/iam-client.ts';
import { retrying } from '../../../../shared/adapters/aws/iam-client.ts';
import { ConflictError, TransientError, UpstreamError } from '../../../../shared/domain/kernel/errors.ts';
import { createVirtualClock } from '../../../builders/virtual-clock.ts';

const call = { action: 'iam:UpdateAssumeRolePolicy', target: 'role/a', isRepeatable: true } as const;
const answer = { $metadata: { httpStatusCode: 400 } };
const unknownPrincipal = new MalformedPolicyDocumentException({
  ...answer,
  message: 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/new"',
});
const noRole = new NoSuchEntityException({ ...answer, message: 'The role with name a cannot be found.' });

/** Fails until so much time has gone by. */
async function failing(error: Error, forMs: number, options: { recently?: Recently } = {}) {
  const clock = createVirtualClock(0);
  let attempts = 0;
  const result = retrying({ ...call, ...options }, { clock }, () => {
    attempts += 1;
    return clock.now() < forMs ? Promise.reject(error) : Promise.resolve('done');
  });
  const outcome = await result.catch((failure: unknown) => failure);
  return { outcome, attempts, at: clock.now() };
}

describe('a request that is tried again', () => {
  it('waits up to two minutes for a principal to be known', async () => {
    expect(await failing(unknownPrincipal, 100_000)).toMatchObject({ outcome: 'done' });
    const { outcome, at } = await failing(unknownPrincipal, Infinity);
    expect(outcome).toBeInstanceOf(UpstreamError);
    expect(at).toBeGreaterThan(100_000);
    expect(at).toBeLessThanOrEqual(120_000);
  });

  it('is given up at once for a document that is malformed in any other way', async () => {
    const error = new MalformedPolicyDocumentException({
      ...answer,
      message: 'Has prohibited field Resource',
    });
    const { outcome, attempts } = await failing(error, Infinity);
    expect(outcome).toBeInstanceOf(UpstreamError);
    expect(outcome).toMatchObject({
      code: 'malformed-policy',
      message: 'iam:UpdateAssumeRolePolicy on role/a: Has prohibited field Resource',
    });
    expect(attempts).toBe(1);
  });

  it('waits for a role that was made a moment ago, and for no other', async () => {
    expect(await failing(noRole, 20_000, { recently: 'made' })).toMatchObject({ outcome: 'done' });
    const { outcome, attempts } = await failing(noRole, 20_000);
    expect(outcome).toBeInstanceOf(ConflictError);
    expect(attempts).toBe(1);
  });

  it('waits for IAM to see that a role is bare that was emptied a moment ago, and that no other is', async () => {
    const inUse = new DeleteConflictException({
      ...answer,
      message: 'Cannot delete entity, must detach all policies first.',
    });
    expect(await failing(inUse, 20_000, { recently: 'emptied' })).toMatchObject({ outcome: 'done' });
    for (const options of [{}, { recently: 'made' }] as const) {
      const { outcome, attempts } = await failing(inUse, 20_000, options);
      expect(outcome).toMatchObject({ name: 'ConflictError', code: 'in-use' });
      expect(attempts).toBe(1);
    }
  });

  it('doubles its delays up to eight seconds', async () => {
    const throttled = new IAMServiceException({
      ...answer,
      name: 'Throttling',
      message: 'Rate exceeded',
      $fault: 'client',
    });
    const { outcome, attempts, at } = await failing(throttled, Infinity);
    expect(outcome).toBeInstanceOf(TransientError);
    expect([attempts, at]).toEqual([7, 500 + 1_000 + 2_000 + 4_000 + 8_000 + 8_000]);
  });

  it('lets our own bugs through as they are', async () => {
    const bug = new TypeError('x is not a function');
    expect(await failing(bug, Infinity)).toMatchObject({ outcome: bug, attempts: 1 });
  });
});
