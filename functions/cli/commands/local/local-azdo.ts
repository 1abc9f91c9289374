import { Argument, type Command } from 'commander';
import { createProjectAdmin, type ProjectAdmin } from '../../../../infra/local/project-admin.ts';
import { requireCoordinates, type RunVerb, type Verb } from '../../command-line/command.ts';
import { inert, printResult } from '../../output/sanitize.ts';
import { table, whole } from '../../output/table.ts';

/** Does something as the project admin and says in a sentence what was done. */
type Act<Typed extends readonly unknown[]> = (admin: ProjectAdmin, ...typed: Typed) => Promise<string>;

type AddAct = <Typed extends readonly unknown[]>(typed: string, does: string, act: Act<Typed>) => Command;

export const azdoVerb: Verb = (azdo, run) => {
  const add = <Typed extends readonly unknown[]>(typed: string, does: string, act: Act<Typed>) =>
    azdo
      .command(typed)
      .description(does)
      .action(
        run(async ({ terminal, options }, ...given: Typed) => {
          const done = await act(becomeAdmin(), ...given);
          printResult({ terminal, options }, { done }, () => inert(done));
          terminal.note('Now: azfed plan --local');
          return 0;
        }),
      );
  addLifeActs(add);
  addFieldActs(add);
  azdo.command('list').description('list the projects and connections').action(listConnections(run));
};

function becomeAdmin(): ProjectAdmin {
  const { azureDevOps, projectAdmin } = requireCoordinates();
  return createProjectAdmin(azureDevOps, projectAdmin.organization, projectAdmin.token);
}

interface NewConnectionOptions {
  readonly role: string;
  readonly oidc: boolean;
}

function addLifeActs(add: AddAct): void {
  add(
    'create <project> <name>',
    'create an AWS connection that uses OIDC',
    async (admin, project: string, name: string, { role: roleArn, oidc }: NewConnectionOptions) =>
      `Made ${project}/${name}: ${(await admin.create({ project, name, roleArn, oidc })).id}.`,
  )
    .option('--role <arn>', 'role to assume', '')
    .option('--no-oidc', 'create a connection that does not use OIDC');
  add('delete <project> <name>', 'delete a connection', (admin, project: string, name: string) =>
    said(admin.remove(project, name), `Deleted ${project}/${name}.`),
  );
  add(
    'recreate <project> <name>',
    'delete a connection and create another one with the same name',
    async (admin, project: string, name: string, { type }: { readonly type?: string }) =>
      `Deleted ${project}/${name} and made it again: now ${(await admin.recreate(project, name, type)).id}.`,
  ).option('--type <type>', 'type of the new connection');
}

function addFieldActs(add: AddAct): void {
  add(
    'rename <project> <name> <newName>',
    'rename a connection',
    (admin, project: string, name: string, newName: string) =>
      said(
        admin.renameConnection(project, name, newName),
        `${project}/${name} is now ${project}/${newName}.`,
      ),
  );
  add('rename-project <project> <newName>', 'rename a project', (admin, project: string, newName: string) =>
    said(admin.renameProject(project, newName), `Project ${project} is now ${newName}.`),
  );
  add(
    'share <project> <name> <intoProject>',
    'share a connection with another project',
    (admin, project: string, name: string, into: string) =>
      said(admin.share(project, name, into), `${project}/${name} is shared with ${into}.`),
  );
  add(
    'role <project> <name> <arn>',
    'set another role ARN in a connection',
    (admin, project: string, name: string, arn: string) =>
      said(admin.setRole(project, name, arn), `${project}/${name} asks for ${arn}.`),
  );
  add(
    'oidc <project> <name>',
    'turn OIDC on or off',
    (admin, project: string, name: string, state: 'on' | 'off') =>
      said(admin.setOidc(project, name, state === 'on'), `OIDC is ${state} in ${project}/${name}.`),
  ).addArgument(new Argument('<state>').choices(['on', 'off']));
  add(
    'disable <project> <name>',
    'disable a connection',
    (admin, project: string, name: string, { undo }: { readonly undo: boolean }) =>
      said(admin.disable(project, name, !undo), `${project}/${name} is ${undo ? 'enabled' : 'disabled'}.`),
  ).option('--undo', 'enable it again', false);
}

const listConnections = (run: RunVerb) =>
  run(async ({ terminal, options }) => {
    const lines = await becomeAdmin().list();
    const rows = lines.map(({ project, name, type, oidc, roleArn, id }) =>
      [project, name, type, oidc ? 'oidc' : '', roleArn, id].map(inert),
    );
    const columns = [
      ...['PROJECT', 'NAME', 'TYPE', ''],
      ...[
        { heading: 'ROLE', leaves: 1 },
        { ...whole('ID'), leaves: 2 },
      ],
    ];
    printResult({ terminal, options }, lines, () => table(columns, rows, terminal.columns));
    return 0;
  });

async function said(work: Promise<void>, sentence: string): Promise<string> {
  await work;
  return sentence;
}
