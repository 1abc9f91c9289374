/**
 * What the agent logs in place of a secret. Secrets are, beside those of variables, all authorization parameters of the
 * connections of the job: the role ARN, the session name, the external id, the access key id, even `useOIDC`
 * (azure-pipelines-agent, Worker.cs, InitializeSecretMasker; MaskingUtil.cs). There is no minimum length by default.
 */
const MASK = '***';

/** The text as the agent logs it. Secrets that touch or overlap become one mask. */
export function maskText(text: string, secrets: readonly string[]): string {
  const isHidden = new Array<boolean>(text.length).fill(false);
  for (const secret of secrets.filter((one) => one !== ''))
    for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1))
      isHidden.fill(true, at, at + secret.length);
  return Array.from(text.split(''), (letter, at) => {
    if (!isHidden[at]) return letter;
    return at > 0 && isHidden[at - 1] ? '' : MASK;
  }).join('');
}

/**
 * How a logged text stands to the text that is expected:
 *
 *     same        letter by letter
 *     masked      something is masked, and what is readable fits
 *     different   no masked text could be it
 */
export function compareMasked(logged: string, expected: string): 'same' | 'masked' | 'different' {
  if (logged === expected) return 'same';
  if (!logged.includes(MASK)) return 'different';
  return placesAfter(logged, expected).at(-1)?.has(expected.length) ? 'masked' : 'different';
}

/**
 * What follows the marker in a line that begins with it, however much of the marker is masked; `undefined` when the line
 * does not begin with it. Half of the marker has to be readable.
 */
export function textAfter(line: string, marker: string): string | undefined {
  if (line.startsWith(marker)) return line.slice(marker.length);
  if (!line.includes(MASK)) return undefined;
  const pieces = piecesOf(line);
  const places = placesAfter(line, marker);
  const end = places.findLastIndex((reached) => reached.has(marker.length));
  if (end < 0) return undefined;
  const readable = pieces.slice(0, end + 1).filter((piece) => piece !== MASK).length;
  return readable * 2 >= marker.length ? pieces.slice(end + 1).join('') : undefined;
}

/** Letters and masks. */
const piecesOf = (text: string): readonly string[] => text.match(/\*\*\*|[^]/gu) ?? [];

/** After each piece: how far it may have come in `text`. A mask stands for one letter or more. */
function placesAfter(masked: string, text: string): readonly ReadonlySet<number>[] {
  let places = new Set([0]);
  return piecesOf(masked).map((piece) => {
    const next = new Set<number>();
    if (piece === MASK)
      for (let place = Math.min(...places) + 1; place <= text.length; place += 1) next.add(place);
    else for (const place of places) if (text.startsWith(piece, place)) next.add(place + piece.length);
    places = next;
    return next;
  });
}
