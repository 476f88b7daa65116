/** rises is how far the level line goes: from a whisper at -55 dB to loud speech at -10 dB. */
export function rises(level: number): number {
  const db = 20 * Math.log10(Math.max(level, 1e-6));
  return Math.round(100 * Math.min(1, Math.max(0, (db + 55) / 45))) / 100;
}
