import { InvalidArgumentError } from 'commander';

const units = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Reads `15s`, `5m` or `1h` as milliseconds, as commander reads what follows a flag; nothing below `least`. */
export function duration(least = 1_000): (text: string) => number {
  return (text) => {
    const [, count = '', unit = ''] = /^(\d{1,4})([smh])$/.exec(text) ?? [];
    const time = Number(count) * (unit in units ? units[unit as keyof typeof units] : 0);
    if (time === 0) throw new InvalidArgumentError('Give a time such as 15s, 5m or 1h.');
    if (time < least) throw new InvalidArgumentError(`The shortest is ${least / 1_000}s.`);
    return time;
  };
}
