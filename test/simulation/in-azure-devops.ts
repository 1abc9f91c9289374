import { fc } from '../builders/fast-check.ts';
import { contoso } from '../builders/configuration.ts';
import { reference } from '../builders/connection.ts';
import { connectionId, organizationId, projectId } from '../builders/domain-ids.ts';
import { organizationNames, projectNames } from './admission.ts';
import { Happening, fresh, name, number, project, role, short, type } from './happening.ts';
import { change, nameProject, put, recreate, remove, share, swapNames } from './people.ts';

/** What becomes of the connections of a project when azfed's identity loses a right there. */
const hidings = {
  silently: 'nothing is shown any more, silently',
  plainly: 'nothing is shown any more, plainly',
  'as-reader': 'the connections are listed, and not shown',
} as const;

export const inAzureDevOps = fc.oneof(
  fc.tuple(number, project, name, role).map(
    ([n, p, text, arn]) =>
      new Happening(`connection ${n} is P${p}/${text} and asks for ${short(arn)}`, ({ town }) => {
        town.change(put(n, { references: [reference(p, text)], requestedRoleArn: arn, oidc: 'on' }));
      }),
  ),
  fc.tuple(number, name).map(
    ([n, text]) =>
      new Happening(`connection ${n} is renamed to ${text}`, ({ town }) => {
        town.change(
          change(n, ({ references }) => ({ references: references.map((one) => ({ ...one, name: text })) })),
        );
      }),
  ),
  number.map(
    (n) =>
      new Happening(`connection ${n} is deleted`, ({ town }) => {
        town.change(remove(n));
      }),
  ),
  fc.tuple(number, fresh, type, role).map(
    ([n, next, kind, arn]) =>
      new Happening(
        `connection ${n} is deleted and ${next} (${kind}) made under its name, asking for ${short(arn)}`,
        ({ town }) => {
          town.change(recreate(n, next, { type: kind, requestedRoleArn: arn }));
        },
      ),
  ),
  fc.tuple(number, role).map(
    ([n, arn]) =>
      new Happening(`connection ${n} asks for ${short(arn)}`, ({ town }) => {
        town.change(change(n, () => ({ requestedRoleArn: arn })));
      }),
  ),
  fc.tuple(number, project, name).map(
    ([n, p, text]) =>
      new Happening(`connection ${n} is shared with P${p} as ${text}`, ({ town }) => {
        town.change(share(n, reference(p, text)));
      }),
  ),
  fc.tuple(number, fc.constantFrom('on', 'off', 'unclear')).map(
    ([n, oidc]) =>
      new Happening(`OIDC of connection ${n} is ${oidc}`, ({ town }) => {
        town.change(change(n, () => ({ oidc })));
      }),
  ),
  fc.tuple(number, number).map(
    ([a, b]) =>
      new Happening(`connections ${a} and ${b} swap their names`, ({ town }) => {
        town.change(swapNames(a, b));
      }),
  ),
  fc.tuple(project, fc.constantFrom(...projectNames)).map(
    ([p, text]) =>
      new Happening(`project ${p} is named ${text}`, ({ town }) => {
        town.change(nameProject(p, text));
      }),
  ),
  fc.constant(
    new Happening('the two projects swap their names', ({ town }) => {
      town.change((all) => nameProject(2, 'P1')(nameProject(1, 'P2')(all)).map((one) => ({ ...one })));
    }),
  ),
  fc.tuple(fc.subarray([1, 2]), fc.constantFrom(...(Object.keys(hidings) as (keyof typeof hidings)[]))).map(
    ([all, how]) =>
      new Happening(
        all.length === 0 ? 'every project is shown' : `of projects ${all.join(' and ')} ${hidings[how]}`,
        ({ town }) => {
          town.hide(
            all.map((p) => projectId(p)),
            how,
          );
        },
      ),
  ),
  fc.subarray([1, 2, 3, 4], { maxLength: 2 }).map(
    (all) =>
      new Happening(
        all.length === 0
          ? 'azfed has the right to be shown each connection'
          : `connections ${all.join(' and ')} are listed to azfed, and not shown`,
        ({ town }) => {
          town.listOnly(all.map((n) => connectionId(n)));
        },
      ),
  ),
  fc.boolean().map(
    (isOther) =>
      new Happening(
        isOther ? 'another organization takes the name' : 'our organization has its name',
        ({ town }) => {
          town.identify(isOther ? organizationId(7) : contoso.id);
        },
      ),
  ),
  fc.constantFrom(...organizationNames).map(
    (text) =>
      new Happening(`the organization calls itself ${text}`, ({ town }) => {
        town.rename(text);
      }),
  ),
);
