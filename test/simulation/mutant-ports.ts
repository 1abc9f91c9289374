import type { RoleArn } from '../../shared/domain/ids.ts';
import { complete } from '../../shared/domain/reading.ts';
import type { Wiring } from './pass.ts';
import type { SimulatedPorts } from './ports.ts';
import { keyOf, recordedConnections } from './table.ts';
import type { World } from './world.ts';

type Ports = Wiring['ports'];

/** The RoleId that the table knows, whatever IAM says. */
function believedId(world: World, arn: RoleArn) {
  return recordedConnections(world.table)
    .flatMap(({ role, earlier }) => [...(role ? [role] : []), ...earlier])
    .find((role) => role.arn === arn)?.id;
}

/** The inventory as it would be if what cannot be read were not there. */
export const unknownIsEmpty: Ports = (ports) => ({
  ...ports,
  connections: {
    readInventory: async (organization) => {
      const seen = await ports.connections.readInventory(organization);
      if (seen.projects.state === 'unknown')
        return {
          ...seen,
          identity: complete({ id: organization.id, name: organization.name }),
          projects: complete([]),
        };
      return {
        ...seen,
        projects: complete(
          seen.projects.value.map((project) =>
            project.connections.state === 'unknown' ? { ...project, connections: complete([]) } : project,
          ),
        ),
      };
    },
  },
  accounts: {
    ...ports.accounts,
    observe: async (account, scope) => {
      const seen = await ports.accounts.observe(account, scope);
      return {
        ...seen,
        roles: seen.roles.state === 'unknown' ? complete({ inScope: [], elsewhere: [] }) : seen.roles,
        providers: seen.providers.state === 'unknown' ? complete({ arns: [], ours: [] }) : seen.providers,
      };
    },
  },
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

export const othersAreForgotten: Ports = (ports) => ({
  ...ports,
  connections: {
    readInventory: async (organization) => {
      const seen = await ports.connections.readInventory(organization);
      if (seen.projects.state === 'unknown') return seen;
      const projects = seen.projects.value.map((project) =>
        project.connections.state === 'unknown'
          ? project
          : {
              ...project,
              connections: complete(
                project.connections.value.filter(({ type }) => type.toLowerCase() === 'aws'),
              ),
            },
      );
      return { ...seen, projects: complete(projects) };
    },
  },
});

export const writesBlindly = (ports: SimulatedPorts, world: World): SimulatedPorts => ({
  ...ports,
  state: {
    ...ports.state,
    write: (item) =>
      ports.state.write({
        ...item,
        version: world.table.items.get(keyOf(item))?.version ?? 0,
      }),
  },
});
