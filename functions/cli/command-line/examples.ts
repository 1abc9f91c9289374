/** What is typed after `azfed`, and what that is for. */
export type Example = readonly [typed: string, does: string];

/** For the help of each verb and for the reference. A test types all of them. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  init: [
    ['init --organization contoso', 'look at https://dev.azure.com/contoso and write federation.yaml'],
    ['init --organization contoso --account 123456789012', 'list one more account'],
  ],
  validate: [
    ['validate', 'check federation.yaml'],
    ['validate --config prod/federation.yaml', 'check another file'],
  ],
  sign: [['sign', 'show every record that is not signed, and sign them after a yes']],
  schema: [['schema > federation.schema.json', 'for editors that check while one types']],
  plan: [
    ['plan', 'what would be done, and why'],
    [
      'plan --detailed-exitcode --quiet',
      'for a pipeline: 0 nothing, 2 differences, 3 not everything could be read',
    ],
    ['plan --out today.plan', 'save it, to carry out just that'],
    ['plan --json', 'one document for other programs'],
  ],
  apply: [
    ['apply', 'show it, ask, do it'],
    ['apply today.plan', 'a saved plan; refused when the world has moved since'],
    ['apply --yes --json', 'without asking, with a result for each change'],
  ],
  reconcile: [
    [
      'reconcile',
      'for cron or a pipeline: 0 done, 1 failed, 2 blocked changes wait, 3 not everything was read',
    ],
    ['reconcile --account 123456789012 --json', 'one account, as one document for other programs'],
  ],
  status: [
    ['status', 'one line for each connection'],
    [
      'status --watch --every 30s',
      'the same on the whole screen, again and again; what has changed is marked',
    ],
    ['status --watch --json', 'one document a line, for other programs'],
    ['status --credentials', 'which connections still sign in with keys'],
  ],
  report: [
    ['report', 'writes azfed-report.html'],
    ['report --out /tmp/federation.html', 'somewhere else'],
  ],
  explain: [
    ['explain Shop/aws-prod', 'who may assume its role, and why'],
    ['explain aws-prod --json', 'the same as a document'],
    ['explain role.not-owned', 'what a code means, and what to do'],
    [
      'explain --trust trust.json --claims claims.json --json',
      'what a trust in a file says to a token in another: allowed, denied or uncertain',
    ],
  ],
  history: [
    ['history Shop/aws-prod', 'everything that was told about it'],
    ['history --deployment', 'who suspended, resumed and approved what'],
  ],
  adopt: [
    ['adopt Payments/aws-by-hand', 'show the whole difference, ask, take the role over'],
    ['adopt Shop/aws-prod', 'made again under its name, and meant to be: ask, and let it in'],
  ],
  retire: [['retire Shop/aws-old --reason "the team is gone"', 'its role is closed by the next run']],
  restore: [['restore Shop/aws-old', 'make its deleted role again, closed']],
  suspend: [
    ['suspend everything --until 4h --reason "release night"', 'nobody writes anything'],
    ['suspend account 123456789012 --until 2d --reason migration', 'nobody writes in one account'],
    ['suspend connection Shop/aws-prod --until 1h --reason debugging', 'one role is left alone'],
  ],
  resume: [
    ['resume everything', 'end the suspension of everything'],
    ['resume account 123456789012', 'also after a breaker has tripped there'],
  ],
  approve: [['approve plan-4mZ', 'say yes as a second person; the id is in what azfed plan says']],
  replay: [
    ['replay --webhook ops', 'send what it has missed, oldest first'],
    ['replay --since 2026-11-22T09:00:00Z', 'only what happened from then on'],
  ],
  notify: [['notify test', 'does every webhook take an event, and every chat a message?']],
  'notify test': [
    ['notify test', 'does every webhook take an event, and every chat a message?'],
    ['notify test --webhook ops', 'this one alone'],
  ],
  bootstrap: [['bootstrap', 'show what automatic runs would do, ask, let them write']],
  doctor: [
    ['doctor', 'everything that has to be true, and how to fix what is not'],
    ['doctor --send-test', 'and send each webhook a signed event that tells of nothing'],
  ],
  hooks: [['hooks status', 'which subscriptions are there']],
  'hooks install': [['hooks install', 'make what is missing, heal the others']],
  'hooks status': [['hooks status --json', 'for other programs']],
  'hooks remove': [['hooks remove', 'take all of them away']],
  migrate: [['migrate keys Shop/aws-legacy --dry-run', 'show what taking its keys away would do']],
  'migrate keys': [
    ['migrate keys Shop/aws-legacy --dry-run', 'show everything, do nothing'],
    ['migrate keys Shop/aws-legacy', 'the AWS side first, then the connection, in place'],
    ['migrate keys Shop/aws-legacy --undo', 'back to the key, which you bring'],
  ],
  'migrate issuer': [
    ['migrate issuer', 'whose tokens each connection is let in with'],
    ['migrate issuer Shop/aws-prod', 'and when tokens of each issuer got in last'],
    ['migrate issuer Shop/aws-prod --finish', 'tokens of vstoken no more'],
    ['migrate issuer Shop/aws-prod --undo', 'and again'],
  ],
  verify: [
    ['verify Shop/aws-prod', 'what its token would meet, and when it was used last'],
    ['verify Shop/aws-prod --run', 'prove it: queue a pipeline that asks AWS who it is'],
    ['verify aws-prod --region eu-west-1 --json', 'where pipelines name a Region; as a document'],
  ],
  lint: [
    ['lint', 'every role that trusts Azure DevOps or Entra loosely, in every account'],
    ['lint --format sarif > azfed.sarif', 'for code scanning'],
    ['lint --account 123456789012 --fail-on medium', 'one account, stricter'],
    [
      'lint --baseline lint-baseline.json',
      'a gate: only what was not there when `azfed lint --json` wrote the file',
    ],
  ],
  completion: [
    ['completion bash >> ~/.bashrc', 'for bash; open a new one then'],
    ['completion zsh >> ~/.zshrc', 'for zsh'],
    ['completion fish > ~/.config/fish/completions/azfed.fish', 'for fish'],
  ],
  local: [['local up', 'play without an account']],
  'local up': [['local up', 'in one terminal; then azfed plan --local in another']],
  'local serve': [
    ['local serve', 'watch it work automatically'],
    ['local serve --once', 'one look and its consequences'],
  ],
  'local tamper': [['local tamper open-trust shop-prod', 'let everybody into a role']],
  'local azdo': [['local azdo rename Platform aws-network aws-net', 'rename a connection']],
  'local story': [['local story', 'what npm start does']],
};

/** For the end of a verb's help; nothing where there are none. */
export function examplesText(path: string): string {
  const some = examples[path] ?? [];
  if (some.length === 0) return '';
  return ['', 'Examples:', ...some.flatMap(([typed, does]) => [`  azfed ${typed}`, `      ${does}`])].join(
    '\n',
  );
}
