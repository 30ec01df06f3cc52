import type { HotwordDevice, HotwordRefusal } from './lasting-hotword';

/** As the engines have it. */
const FRAME_SAMPLES = 512;

/** Nobody listens for a hotword: the person presses a key instead. */
export class KeyboardHotword implements HotwordDevice {
  readonly adapter = 'keyboard';
  readonly frameSamples = FRAME_SAMPLES;
  readonly refusals: readonly HotwordRefusal[];

  constructor(refusals: readonly HotwordRefusal[] = []) {
    this.refusals = refusals;
  }

  process(): boolean {
    return false;
  }

  reset(): void {
    // Nothing was heard.
  }

  close(): void {
    // Nothing is held.
  }

  openDevices(): number {
    return 0;
  }
}
