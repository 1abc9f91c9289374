import { fc } from '../builders/fast-check.ts';
import { adoptInBatches, splitBatches } from '../../shared/application/connections/adopt-roles.ts';
import type { GuardedPlan } from '../../shared/application/observe/guarded-plan.ts';
import type { RunReport } from '../../shared/application/run/reconcile.ts';
import type { AdoptionCandidate } from '../../shared/domain/adoption/adoption-survey.ts';
import { decideAdoption } from '../../shared/domain/adoption/adoption-survey.ts';
import type { UseEvidence } from '../../shared/domain/adoption/use-evidence.ts';
import { configuration, contoso } from '../builders/configuration.ts';
import { ACCOUNT, connectionId, roleArn } from '../builders/domain-ids.ts';
import { recordedConnection } from '../builders/recorded-items.ts';
import { createMemoryState } from '../doubles/memory-state.ts';

/** A role from which adoption takes somebody, who has used it or not, and whether its adoption works. */
interface Story {
  readonly roles: readonly { readonly isUsed: boolean; readonly works: boolean }[];
  readonly size: number;
}

/** What is bound to the laws: the decision about one role, and the loop over the batches. */
interface Adoption {
  readonly decide: typeof decideAdoption;
  readonly adopt: typeof adoptInBatches;
}
const sound: Adoption = { decide: decideAdoption, adopt: adoptInBatches };

const used = { state: 'used', by: [] } as UseEvidence;
const unused: UseEvidence = { state: 'unused' };
const nobody = { open: new Set<never>(), despiteUse: new Set<never>() };

async function listViolations({ roles, size }: Story, { decide, adopt }: Adoption = sound) {
  const arns = roles.map((_role, at) => roleArn(`r${at}`));
  const items = roles.map(({ isUsed }, at) => {
    const lost = [{ kind: 'principal', value: 'arn:aws:iam::1:root' }];
    const candidate = { roleArn: arns[at], account: ACCOUNT, bindings: [], lost };
    const decided = decide(candidate as unknown as AdoptionCandidate, isUsed ? used : unused, nobody);
    return { candidate: decided, users: [], lostConnections: [] };
  });
  const planned = { changes: [], snapshot: { plan: {}, recorded: [] } } as unknown as GuardedPlan;
  const batches = splitBatches(planned, items, size);
  const state = createMemoryState();
  const violations: string[] = [];
  let failed = false;
  const begun = new Set<string>();
  const outcome = await adopt({ state }, configuration(), batches, async ({ snapshot }, at) => {
    const mine = batches[at]?.roles ?? [];
    for (const arn of mine) begun.add(arn);
    if (failed) violations.push('a batch began after a failed one');
    if (snapshot.recorded.length !== at)
      violations.push('a batch began before the one before it was recorded');
    await Promise.resolve();
    await state.write(recordedConnection({ organizationId: contoso.id, connectionId: connectionId(at + 1) }));
    const results = mine.map((arn) => ({ result: roles[arns.indexOf(arn)]?.works ? 'done' : 'failed' }));
    failed ||= results.some(({ result }) => result !== 'done');
    return { results, failures: [] } as unknown as RunReport;
  });
  const notBegun: readonly string[] = outcome.notBegun;
  for (const [at, arn] of arns.entries()) {
    if (roles[at]?.isUsed && begun.has(arn)) violations.push('a used role was narrowed');
    if (!roles[at]?.isUsed && begun.has(arn) === notBegun.includes(arn))
      violations.push('a role is neither begun nor named');
  }
  return violations;
}

const anyStory: fc.Arbitrary<Story> = fc.record({
  roles: fc.array(fc.record({ isUsed: fc.boolean(), works: fc.boolean() }), { maxLength: 8 }),
  size: fc.integer({ min: 1, max: 3 }),
});

it('adopts batch after batch, ends with the first that fails, and leaves alone what is used', async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, async (story) => {
      expect(await listViolations(story)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

const done = { results: [{ result: 'done' }], failures: [] } as unknown as RunReport;
const mutants: Readonly<Record<string, readonly [law: string, Adoption]>> = {
  'a role that somebody who would lose access has used is narrowed all the same': [
    'a used role was narrowed',
    { ...sound, decide: (candidate, _evidence, consent) => decideAdoption(candidate, unused, consent) },
  ],
  'the batch after a failed one goes on': [
    'a batch began after a failed one',
    {
      ...sound,
      adopt: (ports, inside, batches, run) =>
        adoptInBatches(ports, inside, batches, (planned, at) => run(planned, at).then(() => done)),
    },
  ],
  'a batch begins before the one before it is recorded': [
    'a batch began before the one before it was recorded',
    {
      ...sound,
      adopt: async (ports, inside, batches, run) => {
        const outcomes = await Promise.all(
          batches.map((batch, at) => adoptInBatches(ports, inside, [batch], (planned) => run(planned, at))),
        );
        return { reports: outcomes.flatMap(({ reports }) => reports), notBegun: [] };
      },
    },
  ],
};

it.each(Object.entries(mutants))('is found wrong by its laws: %s', async (_what, [law, mutant]) => {
  const works = { isUsed: false, works: true };
  const story = {
    roles: [works, { isUsed: true, works: true }, { isUsed: false, works: false }, works],
    size: 1,
  };
  expect(await listViolations(story)).toEqual([]);
  expect(await listViolations(story, mutant)).toContain(law);
});
