import { ALL, IMPOSTOR, tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { after, federated, makePlan, selectRole, world } from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';
import type { Step } from '../../../../shared/domain/iam/iam-operation.ts';

const r1 = roleArn('r1');
const before = after(60, federated([connection(1)]));
const said = (steps: readonly Step[] = []) =>
  steps.map((step) => {
    if (step.action === 'setTrust') {
      const opens = admitsSubject(step.trust, 'sc://contoso/P1/c1') ? 'open' : 'closed';
      return `setTrust ${admitsSubject(step.trust, IMPOSTOR) ? 'loose' : opens}`;
    }
    return step.action;
  });

describe('a repair', () => {
  it('narrows everything and reads it back, then adds what is missing, and opens the trust last', () => {
    const opened = tamperings['opens the trust to an impostor'];
    if (!opened) throw new Error('The table has no such row.');
    const role = {
      ...tampered(selectRole(before, r1), [opened]),
      boundary: undefined,
      managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      inlinePolicies: { extra: { Statement: ALL } },
      maxSessionDuration: 3_600,
      description: 'mine',
      tags: {},
    };
    const [change] = makePlan({ ...before, iam: withRole(before.iam, role) }).changes;
    expect(said(change?.narrowing)).toEqual([
      'setTrust closed',
      'deleteInlinePolicy',
      'detachManagedPolicy',
      'setBoundary',
      'readBack',
    ]);
    expect(said(change?.widening)).toEqual([
      'putInlinePolicy',
      'attachManagedPolicy',
      'updateRole',
      'tagRole',
      'readBack',
      'setTrust open',
      'readBack',
    ]);
  });

  it('shortens sessions before it adds policies', () => {
    const role = { ...selectRole(before, r1), managedPolicies: [], maxSessionDuration: 43_200 };
    const [change] = makePlan({ ...before, iam: withRole(before.iam, role) }).changes;
    expect(said(change?.narrowing)).toEqual(['updateRole', 'readBack']);
    expect(said(change?.widening)).toEqual(['attachManagedPolicy', 'readBack']);
  });

  it('adds a policy that is missing only when the trust was narrowed', () => {
    const opened = tamperings['opens the trust to everybody'];
    const role = { ...tampered(selectRole(before, r1), opened ? [opened] : []), inlinePolicies: {} };
    const [change] = makePlan({ ...before, iam: withRole(before.iam, role) }).changes;
    expect(said(change?.narrowing)).toEqual(['setTrust open', 'readBack']);
    expect(said(change?.widening)).toEqual(['putInlinePolicy', 'readBack']);
  });
});

describe('a creation', () => {
  it('makes the role closed and with its boundary, reads back what it may do, and opens it last', () => {
    const [, change] = makePlan(world([connection(1)])).changes;
    const [first] = change?.widening ?? [];
    expect(first).toMatchObject({
      action: 'createRole',
      boundary: 'arn:aws:iam::123456789012:policy/azfed-boundary',
    });
    expect(first?.action === 'createRole' && admitsSubject(first.trust, 'sc://contoso/P1/c1')).toBe(false);
    expect(said(change?.widening)).toEqual([
      'createRole',
      'attachManagedPolicy',
      'putInlinePolicy',
      'readBack',
      'setTrust open',
      'readBack',
    ]);
  });
});
