import { guardedSubject } from './guarded.ts';
import { virtualPace } from './pace.ts';
import { oldBotSubject, passThroughSubject } from './unguarded.ts';
import { type MakeSubject, type StormFigures, StormWorld } from './world.ts';

export const SUBJECTS = ['bigbrother', 'old-bot', 'pass-through'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

const makers: Readonly<Record<SubjectName, MakeSubject>> = {
  bigbrother: guardedSubject,
  'old-bot': oldBotSubject,
  'pass-through': passThroughSubject,
};

/** A storm in this process, under a virtual clock: the same seed is the same storm. */
export const stormWorld = (
  subject: SubjectName,
  seed: number,
  episodes: number,
): Promise<StormFigures> => new StormWorld(seed, virtualPace()).play(makers[subject], episodes);
