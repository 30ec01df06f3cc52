import type { RecordedEvent } from '../../events';

/** Whether one life of a client hears the hotword, as its events tell. */
export class HotwordEar {
  private state = 'idle';
  private listening = 'nothing';
  private microphone: 'closed' | 'open' | 'broken' = 'closed';

  /** Where the client's session stands. */
  get clientState(): string {
    return this.state;
  }

  /** The device failed, and is not open again yet. */
  get isBroken(): boolean {
    return this.microphone === 'broken';
  }

  get works(): boolean {
    const isOpen = this.microphone === 'open' && this.listening === 'hotword';
    return isOpen && this.state === 'listening_for_hotword';
  }

  observe(event: RecordedEvent): void {
    switch (event.type) {
      case 'state.changed':
        if (event.machine === 'client') this.state = event.to;
        return;
      case 'microphone.listening':
        this.listening = event.purpose;
        return;
      case 'microphone.failed':
        this.microphone = 'broken';
        return;
      case 'microphone.opened':
        this.microphone = 'open';
        return;
      case 'microphone.closed':
        this.microphone = 'closed';
        return;
      default:
    }
  }
}
