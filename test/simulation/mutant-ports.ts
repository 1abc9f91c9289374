import { isAwsConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory, ProjectInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { AccountObservation, ObservedRole } from '../../shared/domain/iam/role.ts';
import { TransientError, isDefect } from '../../shared/domain/kernel/errors.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import type { RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedConnection, RecordedRole } from '../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import type { Wiring } from './simulated-run.ts';
import type { SimulatedPorts } from './ports.ts';
import { makeKey, recordedConnections } from './table.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

type Ports = Wiring['ports'];

/** The RoleId that the table knows, whatever IAM says. */
function believedId(world: World, arn: RoleArn) {
  return recordedConnections(world.table)
    .flatMap(({ role, earlier }) => [...(role ? [role] : []), ...earlier])
    .find((role) => role.arn === arn)?.id;
}

/** What the process is shown of Azure DevOps is not what there is. */
export const withInventory =
  (change: (seen: OrganizationInventory, world: World) => OrganizationInventory): Ports =>
  (ports, world) => ({
    ...ports,
    connections: {
      readInventory: async (organization) =>
        change(await ports.connections.readInventory(organization), world),
    },
  });

/** The same of IAM. */
export const withObservation =
  (change: (seen: AccountObservation) => AccountObservation): Ports =>
  (ports) => ({
    ...ports,
    accounts: {
      ...ports.accounts,
      observe: async (account, scope) => change(await ports.accounts.observe(account, scope)),
    },
  });

const withRecords =
  (change: (item: RecordedConnection, world: World) => RecordedConnection): Ports =>
  (ports, world) => ({
    ...ports,
    state: {
      ...ports.state,
      readConnections: async (organization) =>
        (await ports.state.readConnections(organization)).map((item) => change(item, world)),
    },
  });

const inProjects = (
  seen: OrganizationInventory,
  change: (project: ProjectInventory) => ProjectInventory,
): OrganizationInventory =>
  seen.projects.state === 'unknown' ? seen : { ...seen, projects: complete(seen.projects.value.map(change)) };

const inLists = (
  seen: OrganizationInventory,
  change: (all: readonly ServiceConnection[]) => readonly ServiceConnection[],
) =>
  inProjects(seen, (project) =>
    project.connections.state === 'unknown'
      ? project
      : { ...project, connections: complete(change(project.connections.value)) },
  );

export const cutIsWhole = withInventory((seen) =>
  inProjects(seen, (project) =>
    project.connections.state === 'unknown' ? { ...project, connections: complete([]) } : project,
  ),
);

/** As the release before read a connection whose authorization was not shown. */
export const notShownIsEmpty = withInventory((seen) =>
  inLists(seen, (all) =>
    all.map((one) =>
      one.oidc === null
        ? { ...one, type: 'AWS', oidc: 'off', requestedRoleArn: '', hasAccessKey: false }
        : one,
    ),
  ),
);

export const unreadAccountIsEmpty = withObservation((seen) => ({
  ...seen,
  roles: seen.roles.state === 'unknown' ? complete({ inScope: [], elsewhere: [] }) : seen.roles,
  providers: seen.providers.state === 'unknown' ? complete({ arns: [], ours: [] }) : seen.providers,
}));

export const seesNoUse = withObservation((seen) =>
  seen.roles.state === 'unknown'
    ? seen
    : {
        ...seen,
        roles: complete({
          ...seen.roles.value,
          inScope: seen.roles.value.inScope.map((role) => ({ ...role, lastUsedAt: 0 })),
        }),
      },
);

/** As if a person had said of every connection that it is gone for good. */
export const believesAllAreGone = withRecords((item) => ({
  ...item,
  retiring: { by: '', at: Date.parse('2026-01-01T00:00:00.000Z'), reason: '' },
}));

/** As if the snapshot of a deletion that has begun were of what stands there now. */
export const snapshotsFollow = withRecords((item, world) => {
  const role = item.role && getAccount(world).roles.get(item.role.arn);
  if (!item.role?.snapshot || !role) return item;
  const { trust, boundary, managedPolicies, inlinePolicies, maxSessionDuration, description, tags } = role;
  const snapshot = {
    trust,
    boundary,
    managedPolicies,
    inlinePolicies,
    maxSessionDuration,
    description,
    tags,
  };
  return { ...item, role: { ...item.role, snapshot } };
});

/** A new connection under a known name is taken for the one that had it. */
export const knowsByName = withInventory((seen, { table }) =>
  inLists(seen, (all) =>
    all.map((one) => {
      const known = recordedConnections(table).find(({ references }) =>
        references.some(({ projectId, name }) =>
          one.references.some((each) => each.projectId === projectId && each.name === name),
        ),
      );
      return known ? { ...one, id: known.connectionId } : one;
    }),
  ),
);

/** Another organization that answers under the name is taken for the pinned one. */
export const believesTheName: Ports = (ports, { town }) => ({
  ...ports,
  connections: {
    readInventory: async (organization) => {
      const seen = await ports.connections.readInventory({ ...organization, id: town.id() });
      const { id: pinned } = organization;
      return {
        ...seen,
        organizationId: pinned,
        identity:
          seen.identity.state === 'unknown'
            ? seen.identity
            : complete({ ...seen.identity.value, id: pinned }),
      };
    },
  },
});

/** Whoever asks for a role that is there already gets it. */
export const takesOverUnasked: Wiring['scoped'] = () => ({
  account: ACCOUNT,
  roles: [1, 2, 3, 4, 5, 6].map((n) => `r${n}`),
  asks: 'adopt',
});

export const asksOnceForPauses: Ports = (ports) => {
  let known: Promise<RecordedControls> | undefined;
  return {
    ...ports,
    state: {
      ...ports.state,
      readControls: (account) =>
        account === undefined ? (known ??= ports.state.readControls()) : ports.state.readControls(account),
    },
  };
};

/** When it looked last. */
export const notesEveryLook: Ports = (ports) => ({
  ...ports,
  state: {
    ...ports.state,
    readConnections: async (organization) => {
      const items = await ports.state.readConnections(organization);
      return Promise.all(items.map((item) => ports.state.write(item)));
    },
  },
});

export const leasesLast: Ports = (ports) => ({
  ...ports,
  leases: { ...ports.leases, isHeld: () => Promise.resolve(true) },
  accounts: { ...ports.accounts, open: (account, steps) => ports.accounts.open(account, steps, Infinity) },
});

export const ignoresRoleId: Ports = (ports, world) => {
  const believe = <
    Role extends { readonly arn: RoleArn; readonly id: NonNullable<ReturnType<typeof believedId>> },
  >(
    role: Role,
  ): Role => ({ ...role, id: believedId(world, role.arn) ?? role.id });
  return {
    ...ports,
    accounts: {
      observe: async (account, scope) => {
        const seen = await ports.accounts.observe(account, scope);
        if (seen.roles.state === 'unknown') return seen;
        return {
          ...seen,
          roles: complete({ ...seen.roles.value, inScope: seen.roles.value.inScope.map(believe) }),
        };
      },
      open: async (account, steps, until) => {
        const writer = await ports.accounts.open(account, steps, until);
        return {
          ...writer,
          readRole: async (arn, parts) => {
            const role = await writer.readRole(arn, parts);
            return role && believe(role);
          },
        };
      },
    },
  };
};

export const leasesForAll: Ports = (ports) => ({
  ...ports,
  leases: {
    ...ports.leases,
    isHeld: () => Promise.resolve(true),
    acquire: async (account, owner, now, durationMs) =>
      (await ports.leases.acquire(account, owner, now, durationMs)) ?? {
        account,
        owner,
        fence: 0,
        until: now + durationMs,
      },
  },
});

export const othersAreForgotten = withInventory((seen) =>
  inLists(seen, (all) => all.filter(isAwsConnection)),
);

export const writesBlindly = (ports: SimulatedPorts, world: World): SimulatedPorts => ({
  ...ports,
  state: {
    ...ports.state,
    write: (item) =>
      ports.state.write({
        ...item,
        version: world.table.items.get(makeKey(item))?.version ?? 0,
      }),
  },
});

/** An error of azfed itself comes out of a record's write as if the table had been away. */
export const blamesOthers: Ports = (ports) => ({
  ...ports,
  state: {
    ...ports.state,
    write: (item) =>
      ports.state.write(item).catch((error: unknown) => {
        if (!isDefect(error)) throw error;
        throw new TransientError('state.unavailable', 'The table is not available.', { cause: error });
      }),
  },
});

/** As if discovery had shown each connection under every name that its record gives. */
export const believesEveryName: Ports = withRecords((item) => ({
  ...item,
  earlierReferences: [...(item.role ? [item.role] : []), ...item.earlier]
    .flatMap(({ subjects, formerSubjects }) => [...subjects, ...formerSubjects])
    .flatMap(({ subject }) => {
      const [, , , projectName = '', ...name] = subject.split('/');
      return item.references.map(({ projectId }) => ({ projectId, projectName, name: name.join('/') }));
    }),
}));

/** Whoever has the record of a role is taken for the one whose mark it bears. */
export const believesTheRecord: Ports = (ports, world) => {
  const findOwner = (arn: RoleArn) =>
    recordedConnections(world.table).find(({ role }) => role?.arn === arn)?.connectionId;
  const marked = (role: ObservedRole): ObservedRole => {
    const owner = findOwner(role.arn);
    return owner ? { ...role, tags: { ...role.tags, 'azfed:connection': owner } } : role;
  };
  return withObservation((seen) =>
    seen.roles.state === 'unknown'
      ? seen
      : { ...seen, roles: complete({ ...seen.roles.value, inScope: seen.roles.value.inScope.map(marked) }) },
  )(ports, world);
};

/** Missing connections begin their time anew at each look. */
export const renewsMissing: Ports = withRecords((item, { clock }) =>
  item.missing ? { ...item, missing: { since: clock.now() } } : item,
);

/** Old names begin their time anew at each look, with times that azfed itself could have written. */
export const renewsOldNames: Ports = withRecords(({ role, earlier, ...item }, { clock }) => {
  const until = clock.now() + 20 * 60_000;
  const renewed = (known: RecordedRole): RecordedRole => ({
    ...known,
    formerSubjects: known.formerSubjects.map((former) => ({ ...former, until })),
  });
  return { ...item, ...(role ? { role: renewed(role) } : {}), earlier: earlier.map(renewed) };
});

/** A run that discovery has overtaken does nothing at all. */
export const opensByNewestSlices: Ports = (ports, { heads }) => {
  let read = '';
  const list = () => JSON.stringify([...heads]);
  return {
    ...ports,
    slices: {
      ...ports.slices,
      async write(slice, before) {
        await ports.slices.write(slice, before);
        read = list();
      },
    },
    accounts: {
      ...ports.accounts,
      open: (account, steps, until) =>
        list() === read
          ? ports.accounts.open(account, steps, until)
          : Promise.reject(new TransientError('overtaken', 'Discovery has seen something newer.')),
    },
  };
};
