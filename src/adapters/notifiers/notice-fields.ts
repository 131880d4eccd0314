import { isoTime } from '../../domain/time.ts';
import type { Notice } from '../../ports/notifier.ts';

/** A notice for programs. */
export const noticeFields = (notice: Notice) => {
  const { kind, code, symbol, because, since, environment } = notice;
  return { kind, code, symbol, because, since: isoTime(since), environment };
};
