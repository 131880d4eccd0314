import { resume } from './matching/halts.ts';
import { fillAnyway, fillScheduled } from './matching/matching.ts';
import { finishCancel } from './orders/cancellation.ts';
import { becomeNew, release } from './orders/submission.ts';
import { finishReplace } from './orders/succession.ts';
import { cross } from './sessions.ts';
import type { Kernel } from './state/kernel.ts';
import type { Task } from './state/tasks.ts';

/** Does what has fallen due. */
export function perform(kernel: Kernel, task: Task): void {
  switch (task.kind) {
    case 'release':
      release(kernel, task.record);
      break;
    case 'become_new':
      becomeNew(kernel, task.record);
      break;
    case 'fill':
      fillScheduled(kernel, task.record);
      break;
    case 'fill_anyway':
      fillAnyway(kernel, task.record, task.percent);
      break;
    case 'finish_cancel':
      finishCancel(kernel, task.record);
      break;
    case 'finish_replace':
      finishReplace(kernel, task.record, task.successor);
      break;
    case 'show_position':
      if ((task.account.reshapings.get(task.symbol) ?? 0) !== task.reshapings) break;
      task.account.visiblePositions.set(task.symbol, task.shown);
      break;
    case 'publish':
      kernel.publish(task.event);
      break;
    case 'cross':
      cross(kernel, task.boundary, task.day);
      break;
    case 'resume':
      resume(kernel, task.symbol, 'Trading Resumption');
      break;
  }
}
