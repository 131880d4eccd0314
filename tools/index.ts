import type { Mode } from '../src/domain/environment.ts';
import { evaluatePosition } from './evaluate-position.ts';
import { executePlan } from './execute-plan.ts';
import { getHistory } from './get-history.ts';
import { getPortfolioContext } from './get-portfolio-context.ts';
import { proposePlan } from './propose-plan.ts';
import type { Tool } from './tool.ts';

/** In the order agents see and use them. */
const tools: readonly Tool[] = [
  getPortfolioContext,
  evaluatePosition,
  proposePlan,
  executePlan,
  getHistory,
];

/** While observing, the tools that act do not exist: what is absent cannot be misused. */
export const toolsFor = (mode: Mode): readonly Tool[] =>
  mode === 'observe' ? tools.filter((tool) => tool.effect !== 'acts') : tools;
