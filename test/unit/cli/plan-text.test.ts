import { planText } from '../../../functions/cli/output/plan-text.ts';
import { configuration, grant } from '../../builders/configuration.ts';
import { connection } from '../../builders/connection.ts';
import { ACCOUNT, roleArn } from '../../builders/domain-ids.ts';
import { withRole } from '../../builders/iam-model.ts';
import { layout } from '../../builders/layout.ts';
import type { SmallWorld } from '../../builders/small-world.ts';
import { after, federated, runOnce, selectRole, world } from '../../builders/small-world.ts';

const names = new Map([[ACCOUNT, 'commerce']]);
const show = (seen: SmallWorld, fields: Parameters<typeof layout>[0] = {}) =>
  planText(runOnce(seen).changes, [], layout({ accounts: names, ...fields }));

describe('the plan as text', () => {
  const many = world(Array.from({ length: 12 }, (_, at) => connection(at + 1)));

  it('shows the first of equal changes in full, and the others by name', () => {
    const text = show(many, { columns: 80 });
    expect(text.match(/asks for OIDC; its role is made/g)).toHaveLength(1);
    expect(text).toMatch(/^ {4}and 11 like this in commerce: P1 \/ c\d+, P1 \/ c\d+/m);
    for (let number = 1; number <= 12; number++) expect(text).toMatch(new RegExp(`P1 / c${number}\\b`));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/^Plan: 13 to create; 0 findings\.$/m);
  });

  it('folds nothing and shortens nothing with -o wide', () => {
    const text = show(many, { isWide: true });
    expect(text.match(/asks for OIDC; its role is made/g)).toHaveLength(12);
    expect(text).toContain(roleArn('r12'));
    expect(text).toContain('tags.azfed:grant');
  });

  it('never folds what differs in more than in whom it is about', () => {
    const rested = after(60, federated([1, 2, 3].map((number) => connection(number))));
    const describe = (seen: SmallWorld, number: number, description: string) => {
      const role = selectRole(seen, roleArn(`r${number}`));
      return { ...seen, iam: withRole(seen.iam, { ...role, description }) };
    };
    const drifted = describe(describe(describe(rested, 1, 'mine'), 2, 'mine'), 3, 'yours');
    const text = show(drifted);
    expect(text).toContain('and 1 like this in commerce: P1 / c2');
    expect(text).toContain('"yours"');
  });
});

describe('statements that differ', () => {
  const rested = after(60, federated([connection(1)]));
  const open = (statement: object) => {
    const role = selectRole(rested, roleArn('r1'));
    const trust = { ...role.trust, Statement: [...[role.trust.Statement ?? []].flat(), statement] };
    return show(
      { ...rested, iam: withRole(rested.iam, { ...role, trust: trust as never }) },
      { columns: 80 },
    );
  };

  it('are rows of a table, in words', () => {
    expect(open({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } })).toMatch(
      /^ {10}EFFECT {3}WHO {14}ACTION\n {6}- {3}Allow {4}anybody in AWS {3}sts:AssumeRole$/m,
    );
  });

  it('stand as JSON where the table would not show all of them', () => {
    const odd = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' }, Novelty: 'x' };
    expect(open(odd)).toContain('"Novelty":"x"');
  });
});

it('a change that is blocked is grouped with the reason', () => {
  const observing = world([connection(1)], {
    configuration: configuration({ grants: [grant({ mode: 'observe' })] }),
  });
  const text = show(observing);
  expect(text).toMatch(/^= blocked/m);
  expect(text).toMatch(/: 1 blocked$/m);
  expect(text).toContain('blocked: its grant only observes');
});
