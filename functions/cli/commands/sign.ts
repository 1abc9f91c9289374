import { readControlsApart } from '../../../shared/application/records/controls.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { RecordedItem, RecordedRole } from '../../../shared/domain/records/connection-record.ts';
import type { StateStore } from '../../../shared/ports/state.ts';
import { confirm } from '../console/approval-notes.ts';
import { openDeployment } from '../composition/deployment.ts';
import { formatInstant } from '../../../shared/domain/kernel/durations.ts';
import { inert, printResult } from '../output/sanitize.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';

export const signVerb: Verb = (command, run) => {
  command
    .option('--remove', 'remove the signatures, after the stack no longer signs records')
    .action(
      run((invocation, typed: { readonly remove?: true }) =>
        typed.remove ? removeSignatures(invocation) : sign(invocation),
      ),
    );
};

/** What lies in the table without azfed's signature is shown whole, and signed when a person says that it is right. */
async function sign(invocation: Invocation): Promise<ExitCode> {
  const { judged, stored, signatures } = await readRecords(invocation);
  // What cannot be read without a look at the signature either is not a matter of signatures.
  const waiting = stored.filter((item, index) => judged[index]?.unreadable && !item.unreadable);
  if (waiting.length === 0) return say(invocation, 'signed', waiting, 'Every record is signed.');
  const text = listText(
    'These records bear no signature of azfed. Look at each: it is believed from then on.',
    waiting,
  );
  const question = 'Is all of this as azfed has written it, and to be signed?';
  if (!(await confirm(invocation, { text, question }))) return 1;
  for (const item of waiting) await signatures.signing.write(item);
  return say(invocation, 'signed', waiting, `${waiting.length} signed.`);
}

/** Only of records that bear the right one. */
async function removeSignatures(invocation: Invocation): Promise<ExitCode> {
  const { judged, signatures } = await readRecords(invocation);
  const signed = judged.filter(({ unreadable }) => !unreadable);
  if (signed.length === 0) return say(invocation, 'removed', signed, 'No record is signed.');
  const text = listText('The signatures of these records are to go.', signed);
  const question = 'Are records not to be signed any more?';
  if (!(await confirm(invocation, { text, question }))) return 1;
  for (const item of signed) await signatures.unsigning.write(item);
  return say(invocation, 'removed', signed, `${signed.length} signatures removed.`);
}

function say(
  { terminal, options }: Invocation,
  what: 'signed' | 'removed',
  items: readonly RecordedItem[],
  sentence: string,
): ExitCode {
  printResult({ terminal, options }, { schemaVersion: 1, [what]: items.map(describeItem) }, () => sentence);
  return 0;
}

/** Every record that is signed: as it is judged, and as it lies there, in the same order. */
async function readRecords(invocation: Invocation) {
  const { ports, configuration, signatures } = await openDeployment(invocation, 'change');
  if (!signatures)
    throw new ConfigError({
      where: 'environment variable AZFED_RECORD_KEY',
      what: 'It is not set: records are not signed.',
      fix: 'Deploy with -c signedRecords=true, and set it to the output RecordKey of the stack.',
    });
  const [judged, stored] = await Promise.all([
    readAll(ports.state, configuration),
    readAll(signatures.signing, configuration),
  ]);
  return { judged, stored, signatures };
}

type Judged = Pick<StateStore, 'readConnections' | 'readControls'>;

/** In the same order from either store. */
async function readAll(
  state: Judged,
  { accounts, organizations }: Pick<Configuration, 'accounts' | 'organizations'>,
): Promise<readonly RecordedItem[]> {
  const [controls, ...lists] = await Promise.all([
    readControlsApart(state, accounts),
    ...organizations.map(({ id }) => state.readConnections(id)),
  ]);
  const connections = lists.flat().sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
  const decided = [controls.deployment, ...controls.accounts].filter(({ version }) => version > 0);
  return [...connections, ...decided];
}

function listText(title: string, items: readonly RecordedItem[]): string {
  return [
    title,
    '',
    ...items.flatMap((item) => [
      `  ${inert(describeItem(item))}`,
      ...formatItemLines(item).map((line) => `    ${inert(line)}`),
    ]),
    '',
  ].join('\n');
}

function describeItem(item: RecordedItem): string {
  if (item.kind === 'connection') return `${displayName(item.references)} (${item.connectionId})`;
  if (item.kind === 'controls' && item.account !== undefined)
    return `what is decided about account ${item.account}`;
  return 'what people have decided';
}

function formatItemLines(item: RecordedItem): readonly string[] {
  if (item.kind === 'connection')
    return [...(item.role ? [item.role] : []), ...item.earlier].flatMap(roleLines);
  if (item.kind !== 'controls') return [];
  const { bootstrapped, pauses, breakers, approvals } = item;
  return [
    ...(bootstrapped ? [`automatic runs write: ${bootstrapped.by}, ${formatInstant(bootstrapped.at)}`] : []),
    ...pauses.map(({ scope, until, by }) => `suspended: ${scope.of} until ${formatInstant(until)}, by ${by}`),
    ...breakers.flatMap(({ scope, resumed }) =>
      resumed ? [`resumed: ${scope.of} until ${formatInstant(resumed.until)}, by ${resumed.by}`] : [],
    ),
    ...approvals.map(
      ({ changes, by, until }) => `approved: ${changes.join(', ')} by ${by} until ${formatInstant(until)}`,
    ),
  ];
}

function roleLines({ arn, id, subjects, formerSubjects, closed }: RecordedRole): readonly string[] {
  const names = [...subjects, ...formerSubjects].map(({ subject }) => subject);
  const state = closed ? `closed: ${closed.reason}` : names.join(', ');
  return [`${arn} (${id ?? 'not made yet'})`, ...(state === '' ? [] : [`  ${state}`])];
}
