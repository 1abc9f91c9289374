import { existsSync, readFileSync } from 'node:fs';
import { measureWidth } from '../../../functions/cli/output/text.ts';
import { drawScreens, worlds } from '../../builders/screens.ts';

const cases = (Object.keys(worlds) as (keyof typeof worlds)[]).flatMap((name) =>
  [80, 120].map((columns) => ({ name, columns })),
);

/** Written by `npm run golden`; whoever changes one reads it. */
const readGolden = (name: string, verb: string, columns: number) => {
  const path = `test/fixtures/golden/${name}/${verb}-${columns}.txt`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

it.each(cases)('the screens of the $name world at $columns columns are as in the files', async (one) => {
  const { name, columns } = one;
  for (const [verb, text] of Object.entries(await drawScreens(worlds[name](), columns))) {
    expect({ verb, text: `${text}\n` }).toEqual({ verb, text: readGolden(name, verb, columns) });
    const tooLong = text.split('\n').filter((line) => measureWidth(line) > columns);
    expect({ verb, tooLong }).toEqual({ verb, tooLong: [] });
  }
});
