/** What became of a plan, as far as a person can still do something about it. */
export type PlanState =
  | 'ready'
  | 'proposed'
  | 'waiting'
  | 'approved'
  | 'rejected'
  | 'expired'
  | 'used'
  | 'refused';
