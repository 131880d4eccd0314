import { corporateActionAnswers, marketDataAnswers, newsAnswers } from './data-answers.ts';
import type { Answer } from './recorder.ts';
import {
  accountAnswers,
  activityAnswers,
  classAnswers,
  coinAnswers,
  locateAnswers,
  orderAnswers,
  positionAnswers,
} from './trading-answers.ts';

/** Every kind of answer of every endpoint, good and bad, from exchanges in many states. */
export function everyAnswer(): readonly Answer[] {
  return [
    ...accountAnswers(),
    ...orderAnswers(),
    ...classAnswers(),
    ...positionAnswers(),
    ...coinAnswers(),
    ...locateAnswers(),
    ...activityAnswers(),
    ...marketDataAnswers(),
    ...newsAnswers(),
    ...corporateActionAnswers(),
  ];
}
