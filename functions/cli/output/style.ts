import pc from 'picocolors';

/** Colours, or none: never in pipes, files, or where NO_COLOR is set. */
export type Style = ReturnType<typeof pc.createColors>;

export function createStyle(isColoured: boolean): Style {
  return pc.createColors(isColoured);
}
