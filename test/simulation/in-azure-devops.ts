import { fc } from '../builders/fast-check.ts';
import { contoso } from '../builders/configuration.ts';
import { reference } from '../builders/connection.ts';
import { organizationId, projectId } from '../builders/domain-ids.ts';
import { organizationNames, projectNames } from './admission.ts';
import { Happening, fresh, name, number, project, role, short, type } from './happening.ts';
import { change, nameProject, put, recreate, remove, share, swapNames } from './people.ts';

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
  fc.tuple(fc.subarray([1, 2]), fc.constantFrom('silently', 'plainly')).map(
    ([all, how]) =>
      new Happening(
        `of projects ${all.join(' and ') || 'none'} nothing is shown any more, ${how}`,
        ({ town }) => {
          town.hide(
            all.map((p) => projectId(p)),
            how,
          );
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
