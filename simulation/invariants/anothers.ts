/** What the ids of a BigBrother on another machine begin with here: no journal knows them. */
export const ANOTHERS_PREFIX = 'bb1-another';
