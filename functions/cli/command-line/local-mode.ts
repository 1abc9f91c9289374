import type { Coordinates } from '../../../infra/local/coordinates.ts';
import { COORDINATES, readCoordinates } from '../../../infra/local/coordinates.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { nearestFile } from './nearest-file.ts';

/** Where the embedded cloud of this folder is, or of the nearest one above it that has one. */
export function requireCoordinates(): Coordinates {
  const coordinates = read();
  if (coordinates) return coordinates;
  throw new ConfigError([
    {
      where: '--local',
      what: 'No embedded cloud runs that was started from this folder or one above it.',
      fix: 'Start one in another terminal: azfed local up',
    },
  ]);
}

/** What a cloud of another version, or one that was killed while writing, has left is as good as nothing. */
function read(): Coordinates | undefined {
  try {
    const file = nearestFile(COORDINATES);
    return file === undefined ? undefined : readCoordinates(file);
  } catch {
    return undefined;
  }
}
