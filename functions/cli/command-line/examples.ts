import { wrapText } from '../output/text.ts';

/** What is typed after `azfed`, and what that is for: for the help of each verb and for the reference. A test types all of them. */
export const examples: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  init: {
    'init --organization contoso': 'read https://dev.azure.com/contoso and write federation.yaml',
    'init --organization contoso --account 123456789012': 'also list an account that no role names yet',
  },
  import: {
    import: 'add grants to federation.yaml for the roles that connections have already',
    'import --organization contoso --assume-role azfed-spoke':
      'write federation.yaml, too, and assume this role in every account',
    'import --project Shop --out proposal': 'one project, into another folder',
  },
  validate: {
    validate: 'check federation.yaml',
    'validate --config prod/federation.yaml': 'check another file',
    'validate --deployed': 'also check whether the deployed stack and roles can work by it',
  },
  sign: { sign: 'show every record that has no signature, ask, sign them' },
  schema: { 'schema > federation.schema.json': 'let an editor check the configuration while you type' },
  plan: {
    plan: 'show the changes and the reasons',
    'plan --detailed-exitcode --quiet':
      'in a pipeline: exit code 0 no differences, 2 differences, 3 incomplete',
    'plan --out today.plan': 'save the plan for azfed apply',
    'plan --comment': 'in a pipeline of a pull request: keep one comment with the plan',
    'plan --json': 'print one document for other programs',
    'plan --project "Shop*" --severity high': 'show a part; azfed still makes the plan as a whole',
  },
  apply: {
    apply: 'make a plan, ask, carry it out',
    'apply today.plan': 'carry out a saved plan; refused when anything has changed since',
    'apply --yes --json': 'without a confirmation, with a result for each change',
    'apply --grant shop --state drifted': 'carry out a part of the plan',
  },
  template: {
    'template hub': 'write azfed-templates/azfed.json, and the code beside it',
    'template spoke -c organizationId=o-abcdefghij': 'the template for the StackSet of the accounts',
  },
  publish: {
    publish: 'show what would differ, ask, publish federation.yaml with its policy files',
    'publish --list': 'list the published versions, and which one is in force',
    'publish --rollback 7': 'publish version 7 again, as a new version',
  },
  reconcile: {
    reconcile: 'in cron or a pipeline: exit code 0 done, 1 failed, 2 some changes are blocked, 3 incomplete',
    'reconcile --account 123456789012 --json': 'one account; print one document for other programs',
    'reconcile --remote': 'start the run in the deployed service and follow it to its end',
  },
  uninstall: { 'uninstall --plan': 'what goes, what stays, and the commands in order; changes nothing' },
  status: {
    status: 'show one line for each connection',
    'status --watch --every 30s': 'refresh the table every 30 seconds, and mark what has changed',
    'status --watch --json': 'print one document a line, for other programs',
    'status --credentials': 'show which connections still use access keys',
  },
  report: {
    report: 'write azfed-report.html',
    'report --out /tmp/federation.html': 'write another file',
  },
  explain: {
    'explain Shop/aws-prod': 'show who may assume the role of a connection, and why',
    'explain aws-prod --json': 'print the same as one document',
    'explain role.not-owned': 'show what a code means, and how to fix it',
    'explain --trust trust.json --claims claims.json --json':
      'decide about a token by a trust policy, both in files: allowed, denied or uncertain',
  },
  history: {
    'history Shop/aws-prod': 'list every event of a connection, oldest first',
    'history --deployment': 'list who suspended, resumed and approved what',
  },
  adopt: {
    'adopt Payments/aws-by-hand': 'show the whole difference, ask, adopt the role',
    'adopt Shop/aws-prod': 'accept a connection that was deleted and created again: show, ask, open its role',
    'adopt --replaced': 'accept all that trusted automation has replaced, as the audit log proves',
    'adopt --all':
      'group every role that somebody else created by what would change, ask, adopt them in batches',
    'adopt --all --project Shop --details':
      'the same for one project, with every difference and who used each role',
    'adopt --all --despite-use Shop/aws-old --open Shop/aws-dead':
      'also adopt two roles that are left out unless they are named',
  },
  accept: {
    'accept Shop/aws-prod --dry-run': 'show how the grant would have to change',
    'accept Shop/aws-prod': 'show it, ask, edit federation.yaml',
  },
  'accept-finding': {
    'accept-finding connection.static-keys --connection Shop/aws-legacy --reason "gone in March" --until 90d':
      'live with one finding until then',
  },
  release: {
    'release Shop/aws-prod': 'show the role, ask, stop managing it',
    'release Shop/aws-prod --role arn:aws:iam::123456789012:role/shop': 'one of several roles',
  },
  retire: {
    'retire Shop/aws-old --reason "the team is gone"': 'confirm the deletion; the next run closes the role',
  },
  restore: { 'restore Shop/aws-old': 'recreate the deleted role of a connection, with a closed trust' },
  suspend: {
    'suspend everything --until 4h --reason "release night"': 'stop every write of azfed',
    'suspend account 123456789012 --until 2d --reason migration': 'stop the writes to one account',
    'suspend connection Shop/aws-prod --until 1h --reason debugging': 'stop the writes to one role',
  },
  resume: {
    'resume everything': 'end the suspension of everything',
    'resume account 123456789012': 'end a suspension, or continue after a circuit breaker has tripped',
  },
  approve: { 'approve plan-4mZ': 'approve a plan as a second person; azfed plan prints the id' },
  replay: {
    'replay --webhook ops': 'send the events that one webhook has missed, oldest first',
    'replay --since 2026-11-22T09:00:00Z': 'send only the events since a time',
  },
  notify: { 'notify test': 'send a test event to every webhook and a test message to every chat' },
  'notify test': {
    'notify test': 'send a test event to every webhook and a test message to every chat',
    'notify test --webhook ops': 'test one webhook',
  },
  bootstrap: { bootstrap: 'show what automatic runs would do, ask, allow them to write' },
  doctor: {
    doctor: 'check the whole deployment',
    'doctor --send-test': 'also send one signed test event to each webhook',
  },
  access: { 'access show': 'what the identity of the service has and lacks in each project' },
  'access grant': {
    'access grant': 'every project that a grant covers: show what it lacks, ask, give it',
    'access grant --object-id 0a000000-0000-0000-0000-000000000003':
      'add the service principal to the organization first',
    'access grant --project "Shop*" --yes': 'some projects, without a confirmation',
  },
  'access show': { 'access show --json': 'print one document for other programs' },
  'access revoke': { 'access revoke': 'before an uninstall: take its role away everywhere' },
  secrets: { 'secrets create webhook ops': 'make the signing secret of the webhook ops' },
  'secrets create': {
    'secrets create webhook ops': 'make a signing secret, print its ARN and the line for federation.yaml',
    'secrets create webhook ops --rotate --show': 'make a new one beside the former, and print it once',
    'secrets create webhook chat --from address.txt': 'store the address of a chat',
    'secrets create token contoso --from token.txt': 'store the token of an organization',
  },
  hooks: { 'hooks status': 'list the subscriptions' },
  'hooks install': { 'hooks install': 'create the missing subscriptions, repair the others' },
  'hooks status': { 'hooks status --json': 'print one document for other programs' },
  'hooks remove': { 'hooks remove': 'remove every subscription of azfed' },
  migrate: { 'migrate keys Shop/aws-legacy --dry-run': 'show the steps of a migration to OIDC' },
  'migrate keys': {
    'migrate keys Shop/aws-legacy --dry-run': 'show the steps, write nothing',
    'migrate keys Shop/aws-legacy': 'prepare the role, then change the connection in place',
    'migrate keys --all --project Shop': 'every connection with keys of a project, in batches',
    'migrate keys Shop/aws-legacy --undo': 'go back to an access key that you supply',
  },
  'migrate issuer': {
    'migrate issuer': 'show which token issuers each connection may use',
    'migrate issuer Shop/aws-prod': 'also show when tokens of each issuer were last accepted',
    'migrate issuer Shop/aws-prod --finish': 'accept no more tokens of vstoken',
    'migrate issuer Shop/aws-prod --undo': 'accept the tokens of vstoken again',
  },
  verify: {
    'verify Shop/aws-prod':
      'check what a token of the connection would be allowed, and when it was last used',
    'verify Shop/aws-prod --run': 'prove it with a pipeline run that signs in to AWS',
    'verify aws-prod --region eu-west-1 --json': 'check another Region; print one document',
  },
  doors: {
    doors: 'show who is behind each subject that a trust accepts',
    'doors --project Shop --uses': 'one project, with the uses that CloudTrail recorded',
    'doors --account 123456789012 --json': 'one account; print one document for other programs',
  },
  lint: {
    lint: 'list every role with a loose trust, in every account',
    'lint --format sarif > azfed.sarif': 'write a SARIF file for code scanning',
    'lint --account 123456789012 --fail-on medium': 'check one account, with a lower threshold',
    'lint --baseline lint-baseline.json':
      'fail only on findings that are not in the baseline, which `azfed lint --json` wrote',
  },
  version: { 'version --check': 'compare the command, the functions and the roles in the accounts' },
  completion: {
    'completion bash >> ~/.bashrc': 'set up bash; open a new shell afterwards',
    'completion zsh >> ~/.zshrc': 'set up zsh',
    'completion fish > ~/.config/fish/completions/azfed.fish': 'set up fish',
  },
  local: { 'local up': 'try azfed without an account' },
  'local up': {
    'local up': 'run the cloud in one terminal; use azfed plan --local in another',
    'local up --hooks': 'also let service hooks reach the functions, as in AWS',
  },
  'local serve': {
    'local serve': 'watch the service work',
    'local serve --once': 'make one scheduled run and deliver its events',
  },
  'local clock': { 'local clock +31d': 'see what is due in a month' },
  'local as': { 'local as bob': 'be a second person: eval "$(azfed local as bob)"' },
  'local tamper': { 'local tamper open-trust shop-prod': 'open the trust of a role to everybody' },
  'local azdo': { 'local azdo rename Platform aws-network aws-net': 'rename a connection' },
  'local story': { 'local story': 'run what npm start runs' },
};

/** For the end of a verb's help; nothing where there are none. */
export function examplesText(path: string, columns: number): string {
  const some = Object.entries(examples[path] ?? {});
  if (some.length === 0) return '';
  const lines = some.flatMap(([typed, does]) => [`  azfed ${typed}`, wrapText(does, columns, '      ')]);
  return ['', 'Examples:', ...lines].join('\n');
}
