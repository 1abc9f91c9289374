import fc from 'fast-check';

/**
 * fast-check with the seed of this run: the same for everybody, so that a change is judged by the same inputs
 * before and after it. `AZFED_SEED=<number>` chooses others; the soak run takes a new one each time and prints it.
 */
fc.configureGlobal({ seed: Number(process.env['AZFED_SEED'] ?? 20_261_129) });

export { fc };
