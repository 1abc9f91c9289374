import { fc } from './fast-check.ts';
import type { Grant } from '../../shared/domain/configuration/configuration.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { tampered, tamperings } from './arbitraries-tampering.ts';
import { configuration, grant } from './configuration.ts';
import { connection, reference } from './connection.ts';
import { connectionId, roleArn } from './domain-ids.ts';
import { withRole, withoutRole } from './iam-model.ts';
import type { SmallWorld } from './small-world.ts';
import { after, showing, world } from './small-world.ts';

// Few names, projects and roles, so that connections often want the same.
const name = fc.constantFrom('a', 'b', 'c');
const project = fc.constantFrom(1, 2);
const number = fc.integer({ min: 1, max: 5 });
const role = fc.constantFrom(roleArn('x'), roleArn('y'), roleArn('z'));

/** Azure DevOps as a value: connections by number. Names are unique in a project, as they are there. */
export type Connections = readonly ServiceConnection[];

const anyReferences = fc
  .uniqueArray(fc.tuple(project, name), { minLength: 1, maxLength: 2, selector: ([id]) => id })
  .map((all) => all.sort(([a], [b]) => a - b).map(([id, text]) => reference(id, text)));

const anyConnection: fc.Arbitrary<ServiceConnection> = fc
  .record({
    number,
    references: anyReferences,
    requestedRoleArn: role,
    oidc: fc.constantFrom<ServiceConnection['oidc'][]>('on', 'on', 'on', 'off', 'unclear'),
    isDisabled: fc.constantFrom(false, false, false, true),
  })
  .map(({ number: n, ...fields }) => connection(n, { ...fields, type: n === 5 ? 'generic' : 'AWS' }));

/** Without the references whose name another connection already has in that project. */
function unambiguous(connections: Connections): Connections {
  const taken = new Set<string>();
  return connections.flatMap((one) => {
    const references = one.references.filter(({ projectId, name: text }) => {
      const isFree = !taken.has(`${projectId} ${text}`);
      taken.add(`${projectId} ${text}`);
      return isFree;
    });
    return references.length > 0 ? [{ ...one, references }] : [];
  });
}

const anyConnections: fc.Arbitrary<Connections> = fc
  .uniqueArray(anyConnection, { maxLength: 4, selector: ({ id }) => id })
  .map(unambiguous);

export const anyGrant: fc.Arbitrary<Grant> = fc
  .record({
    shareRole: fc.boolean(),
    retire: fc.constantFrom('keep' as const, 'close' as const),
    maxSessionDuration: fc.constantFrom(3_600, 7_200, 43_200),
    managedPolicies: fc.constantFrom<readonly string[]>([], ['arn:aws:iam::aws:policy/ReadOnlyAccess']),
  })
  .map(grant);

export const anyWorld: fc.Arbitrary<SmallWorld> = fc
  .tuple(anyGrant, anyConnections)
  .map(([one, connections]) => world(connections, { configuration: configuration({ grants: [one] }) }));

/** Something that happens outside, between two runs. Printed as its name when a property fails. */
export class Happening {
  readonly name: string;
  readonly to: (past: SmallWorld) => SmallWorld;

  constructor(what: string, to: (past: SmallWorld) => SmallWorld) {
    this.name = what;
    this.to = to;
  }

  toString(): string {
    return this.name;
  }
}

function listConnections({ inventories: [seen] }: SmallWorld): Connections {
  const projects = seen?.projects.state === 'complete' ? seen.projects.value : [];
  const all = projects.flatMap(({ connections }) =>
    connections.state === 'complete' ? connections.value : [],
  );
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

const edits = (what: string, change: (connections: Connections) => Connections) =>
  new Happening(what, (past) => showing(past, unambiguous(change(listConnections(past)))));

const replaced = anyConnection.map((one) =>
  edits(`${JSON.stringify(one)} is there`, (all) => [one, ...all.filter(({ id }) => id !== one.id)]),
);
const deleted = number.map((n) =>
  edits(`connection ${n} is deleted`, (all) => all.filter(({ id }) => id !== connectionId(n))),
);
const renamed = fc
  .tuple(number, anyReferences)
  .map(([n, references]) =>
    edits(`connection ${n} is renamed to ${JSON.stringify(references)}`, (all) =>
      all.map((one) => (one.id === connectionId(n) ? { ...one, references } : one)),
    ),
  );
const swapped = fc.tuple(number, number).map(([a, b]) =>
  edits(`connections ${a} and ${b} swap their names`, (all) => {
    const findReferences = (n: number) => all.find(({ id }) => id === connectionId(n))?.references;
    const [ofA, ofB] = [findReferences(a), findReferences(b)];
    if (!ofA || !ofB) return all;
    return all.map((one) =>
      one.id === connectionId(a)
        ? { ...one, references: ofB }
        : one.id === connectionId(b)
          ? { ...one, references: ofA }
          : one,
    );
  }),
);
const recreated = fc.tuple(number, number, role).map(([n, next, arn]) =>
  edits(`connection ${n} is deleted and ${next} made with its name, asking for ${arn}`, (all) => {
    const references = all.find(({ id }) => id === connectionId(n))?.references;
    const others = all.filter(({ id }) => id !== connectionId(n) && id !== connectionId(next));
    return references ? [connection(next, { references, requestedRoleArn: arn }), ...others] : all;
  }),
);
const moved = fc
  .tuple(number, role)
  .map(([n, arn]) =>
    edits(`connection ${n} asks for ${arn}`, (all) =>
      all.map((one) => (one.id === connectionId(n) ? { ...one, requestedRoleArn: arn } : one)),
    ),
  );
const changed = fc.tuple(role, fc.constantFrom(...Object.entries(tamperings))).map(
  ([arn, [what, tampering]]) =>
    new Happening(`somebody ${what} of ${arn}`, (past) => {
      const known = past.iam.roles.get(arn);
      return known ? { ...past, iam: withRole(past.iam, tampered(known, [tampering])) } : past;
    }),
);
const roleDeleted = role.map(
  (arn) => new Happening(`somebody deletes ${arn}`, (past) => ({ ...past, iam: withoutRole(past.iam, arn) })),
);
const granted = anyGrant.map(
  (one) =>
    new Happening(`the grant is now ${JSON.stringify(one)}`, (past) => ({
      ...past,
      configuration: configuration({ grants: [one] }),
    })),
);
const waited = fc
  .constantFrom(1, 5, 45)
  .map((minutes) => new Happening(`${minutes} minutes pass`, (past) => after(minutes, past)));

const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  replaced,
  deleted,
  renamed,
  swapped,
  recreated,
  moved,
  changed,
  roleDeleted,
  granted,
  waited,
);

/** What happens between one run and the next, for several runs. */
export const anyHistory = fc.array(fc.array(anyHappening, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
});
