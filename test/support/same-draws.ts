import fc from 'fast-check';

/**
 * The same draws at every run, so that what passes here passes elsewhere and a failure can be
 * seen again. `PROPERTY_SEED=random npm test` draws afresh, which is how new cases are found;
 * fast-check prints the seed of what it finds, and a case of its own keeps it.
 */
const { PROPERTY_SEED: wanted = '20261122' } = process.env;

if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
