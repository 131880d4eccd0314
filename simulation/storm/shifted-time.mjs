// Loaded before a program: what it takes for the time of day is so many milliseconds later, so
// that its market is open whenever the storm is run.
const shiftMs = Number(process.env.STORM_SHIFT_MS ?? '0');
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shiftMs);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};
