// A soft ring made by the browser itself: two low tones every three seconds.

const TONES = [523.25, 659.25]; // Hz
const TONE_TIME = 0.35; // seconds
const PAUSE = 3_000; // milliseconds from ring to ring
const VOLUME = 0.08;

/** Rings while it is told to; a browser that forbids sound before the first click stays silent. */
export class Ringer {
  ring(on) {
    if (on === Boolean(this.timer)) return;
    clearInterval(this.timer);
    this.timer = on ? setInterval(() => this.#play(), PAUSE) : null;
    if (on) this.#play();
  }

  /** Ring once, to hear what it is like. */
  try() {
    this.#play();
  }

  #play() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume();
    TONES.forEach((frequency, index) => this.#tone(frequency, this.context.currentTime + index * TONE_TIME));
  }

  #tone(frequency, start) {
    const [oscillator, gain] = [this.context.createOscillator(), this.context.createGain()];
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(VOLUME, start + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + TONE_TIME);
    oscillator.connect(gain).connect(this.context.destination);
    oscillator.start(start);
    oscillator.stop(start + TONE_TIME);
  }
}
