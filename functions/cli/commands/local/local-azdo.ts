import { Argument, type Command } from 'commander';
import { createProjectAdmin, type ProjectAdmin } from '../../../../infra/local/project-admin.ts';
import { requireCoordinates, type RunVerb, type Verb } from '../../command-line/command.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { table, whole } from '../../output/table.ts';

/** Does something as the project admin and says in a sentence what was done. */
type Act = (admin: ProjectAdmin) => Promise<string>;

export const azdoVerb: Verb = (azdo, run) => {
  const act = (work: Act) =>
    run(async ({ terminal, options }) => {
      const { azureDevOps, projectAdmin } = requireCoordinates();
      const done = await work(createProjectAdmin(azureDevOps, projectAdmin.organization, projectAdmin.token));
      terminal.result(options.json ? jsonText({ done }) : inert(done));
      terminal.note('Now: azfed plan --local');
      return 0;
    });
  lifeActs(azdo, act);
  fieldActs(azdo, act);
  listAct(azdo, run);
};

interface NewConnectionOptions {
  readonly role: string;
  readonly oidc: boolean;
}

type Doing = (work: Act) => Promise<void>;

function lifeActs(azdo: Command, act: Doing): void {
  azdo
    .command('create <project> <name>')
    .description('create an AWS connection that uses OIDC')
    .option('--role <arn>', 'role to assume', '')
    .option('--no-oidc', 'create a connection that does not use OIDC')
    .action((project: string, name: string, { role: roleArn, oidc }: NewConnectionOptions) =>
      act(async (admin) => {
        const { id } = await admin.create({ project, name, roleArn, oidc });
        return `Made ${project}/${name}: ${id}.`;
      }),
    );
  azdo
    .command('delete <project> <name>')
    .description('delete a connection')
    .action((project: string, name: string) =>
      act(async (admin) => said(admin.remove(project, name), `Deleted ${project}/${name}.`)),
    );
  azdo
    .command('recreate <project> <name>')
    .description('delete a connection and create another one with the same name')
    .option('--type <type>', 'type of the new connection')
    .action((project: string, name: string, { type }: { readonly type?: string }) =>
      act(
        async (admin) =>
          `Deleted ${project}/${name} and made it again: now ${(await admin.recreate(project, name, type)).id}.`,
      ),
    );
}

function fieldActs(azdo: Command, act: Doing): void {
  azdo
    .command('rename <project> <name> <newName>')
    .description('rename a connection')
    .action((project: string, name: string, newName: string) =>
      act(async (admin) =>
        said(
          admin.renameConnection(project, name, newName),
          `${project}/${name} is now ${project}/${newName}.`,
        ),
      ),
    );
  azdo
    .command('rename-project <project> <newName>')
    .description('rename a project')
    .action((project: string, newName: string) =>
      act(async (admin) =>
        said(admin.renameProject(project, newName), `Project ${project} is now ${newName}.`),
      ),
    );
  azdo
    .command('share <project> <name> <intoProject>')
    .description('share a connection with another project')
    .action((project: string, name: string, into: string) =>
      act(async (admin) =>
        said(admin.share(project, name, into), `${project}/${name} is shared with ${into}.`),
      ),
    );
  azdo
    .command('role <project> <name> <arn>')
    .description('set another role ARN in a connection')
    .action((project: string, name: string, arn: string) =>
      act(async (admin) => said(admin.setRole(project, name, arn), `${project}/${name} asks for ${arn}.`)),
    );
  azdo
    .command('oidc')
    .description('turn OIDC on or off')
    .argument('<project>')
    .argument('<name>')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action((project: string, name: string, state: 'on' | 'off') =>
      act(async (admin) =>
        said(admin.setOidc(project, name, state === 'on'), `OIDC is ${state} in ${project}/${name}.`),
      ),
    );
  azdo
    .command('disable <project> <name>')
    .description('disable a connection')
    .option('--undo', 'enable it again', false)
    .action((project: string, name: string, { undo }: { readonly undo: boolean }) =>
      act(async (admin) =>
        said(admin.disable(project, name, !undo), `${project}/${name} is ${undo ? 'enabled' : 'disabled'}.`),
      ),
    );
}

function listAct(azdo: Command, run: RunVerb): void {
  azdo
    .command('list')
    .description('list the projects and connections')
    .action(() =>
      run(async ({ terminal, options }) => {
        const { azureDevOps, projectAdmin } = requireCoordinates();
        const lines = await createProjectAdmin(
          azureDevOps,
          projectAdmin.organization,
          projectAdmin.token,
        ).list();
        const rows = lines.map(({ project, name, type, oidc, roleArn, id }) =>
          [project, name, type, oidc ? 'oidc' : '', roleArn, id].map(inert),
        );
        terminal.result(
          options.json
            ? jsonText(lines)
            : table(
                [
                  'PROJECT',
                  'NAME',
                  'TYPE',
                  '',
                  { heading: 'ROLE', leaves: 1 },
                  { ...whole('ID'), leaves: 2 },
                ],
                rows,
                terminal.columns,
              ),
        );
        return 0;
      }),
    );
}

async function said(work: Promise<void>, sentence: string): Promise<string> {
  await work;
  return sentence;
}
