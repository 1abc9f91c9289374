import { mkdirSync, writeFileSync } from 'node:fs';
import { drawScreens, worlds } from './builders/screens.ts';

/** Writes the golden files of the screens (`npm run golden`): look at every line that changes before you commit it. */
for (const [name, make] of Object.entries(worlds))
  for (const columns of [80, 120]) {
    const screens = await drawScreens(make(), columns);
    const folder = `test/fixtures/golden/${name}`;
    mkdirSync(folder, { recursive: true });
    for (const [verb, text] of Object.entries(screens))
      writeFileSync(`${folder}/${verb}-${columns}.txt`, `${text}\n`);
  }
