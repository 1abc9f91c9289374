import { ConflictError } from '../../shared/domain/kernel/errors.ts';
import type { OrganizationId } from '../../shared/domain/kernel/ids.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import type {
  StoredIdentity,
  StoredPart,
  StoredProject,
} from '../../shared/domain/discovery/stored-inventory.ts';
import { partKey } from '../../shared/domain/discovery/stored-inventory.ts';
import type { InventoryStore } from '../../shared/ports/state.ts';
import { connection, reference } from '../builders/connection.ts';
import { projectId } from '../builders/domain-ids.ts';
import { freshOrganizationId } from '../builders/recorded-items.ts';

const trouble = unknown('forbidden', 'The identity may not read this (HTTP 403).');

function identity(organizationId: OrganizationId, fields: Partial<StoredIdentity> = {}): StoredIdentity {
  return {
    kind: 'identity',
    organizationId,
    version: 0,
    organizationName: 'contoso',
    identity: complete({ id: organizationId, name: 'Contoso' }),
    list: complete('whole'),
    ...fields,
  };
}

function project(
  organizationId: OrganizationId,
  number: number,
  fields: Partial<StoredProject> = {},
): StoredProject {
  return {
    kind: 'project',
    organizationId,
    version: 0,
    id: projectId(number),
    name: `P${number}`,
    connections: complete([connection(number)]),
    ...fields,
  };
}

const written = <Part extends StoredPart>(part: Part): Part => ({ ...part, version: part.version + 1 });

/** What a store of the inventory promises, on every implementation. Tests share one store and keep apart by fresh ids. */
export function inventoryContract(open: () => InventoryStore): void {
  let organization: OrganizationId;

  beforeEach(() => {
    organization = freshOrganizationId();
  });

  const read = async () =>
    [...(await open().read(organization))].sort((a, b) => (partKey(a) < partKey(b) ? -1 : 1));

  it('has nothing of an organization that was never written', async () => {
    await open().write(identity(freshOrganizationId()));
    expect(await read()).toEqual([]);
  });

  it('gives back every part, over all pages, one version on', async () => {
    const parts = [identity(organization), ...[1, 2, 3, 4, 5].map((number) => project(organization, number))];
    for (const part of parts) await open().write(part);
    expect(await read()).toStrictEqual(parts.map(written));
  });

  it.each<[string, Partial<StoredProject>]>([
    ['empty', { connections: complete([]) }],
    ['unknown', { connections: trouble }],
    ['of a name beyond ASCII', { name: 'Größe \u{1f4a5}' }],
    [
      'of a thousand connections',
      { connections: complete(Array.from({ length: 1_000 }, (_, index) => connection(index + 1))) },
    ],
  ])('gives back exactly a project that is %s', async (_what, fields) => {
    const part = project(organization, 1, fields);
    await open().write(part);
    expect(await read()).toStrictEqual([written(part)]);
  });

  it('gives back exactly what projects share, also when one of them changes it or goes', async () => {
    const connections = complete([
      connection(1, { references: [reference(1, 'own')] }),
      connection(2, { references: [reference(1, 'a'), reference(2, 'a')] }),
    ]);
    const parts = [1, 2].map((number) => project(organization, number, { connections }));
    for (const part of parts) await open().write(part);
    expect(await read()).toStrictEqual(parts.map(written));
    const renamed = complete([connection(2, { references: [reference(1, 'b'), reference(2, 'b')] })]);
    const after = project(organization, 1, { version: 1, connections: renamed });
    await open().write(after);
    await open().remove(project(organization, 2, { version: 1 }));
    await read();
    await open().removeUnused(organization);
    expect(await read()).toStrictEqual([written(after)]);
  });

  it.each<[string, Partial<StoredIdentity>]>([
    ['that is unknown', { identity: trouble, list: trouble }],
    ['whose list was cut short', { list: trouble }],
    ['that another one answers for', { identity: complete({ id: freshOrganizationId(), name: 'contoso' }) }],
  ])('gives back exactly an organization %s', async (_what, fields) => {
    const part = identity(organization, fields);
    await open().write(part);
    expect(await read()).toStrictEqual([written(part)]);
  });

  it('holds the last write of a part', async () => {
    await open().write(project(organization, 1));
    const later = project(organization, 1, { version: 1, name: 'Renamed', connections: trouble });
    await open().write(later);
    expect(await read()).toStrictEqual([written(later)]);
  });

  it.each([0, 2])('refuses a write that rests on version %i of what is at version 1', async (version) => {
    await open().write(project(organization, 1));
    const late = open().write(project(organization, 1, { version, name: 'Late' }));
    await expect(late).rejects.toBeInstanceOf(ConflictError);
    expect(await read()).toMatchObject([{ version: 1, name: 'P1' }]);
  });

  it('takes a project away, and only the version that was seen', async () => {
    await open().write(project(organization, 1));
    await open().write(project(organization, 2));
    await expect(open().remove(project(organization, 1, { version: 2 }))).rejects.toBeInstanceOf(
      ConflictError,
    );
    expect(await read()).toHaveLength(2);
    await open().remove(project(organization, 1, { version: 1 }));
    expect(await read()).toStrictEqual([written(project(organization, 2))]);
  });
}
