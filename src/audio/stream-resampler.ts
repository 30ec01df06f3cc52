import { makeConverter, resampledLength, type Converter, type SampleSource } from './resample';

/**
 * Changes the sample rate of a sound while it comes. The samples are those that {@link resample}
 * gives for the whole of it, to the last bit, however it was cut: only they come a little later,
 * because each depends on what follows (at 24 kHz on 4 ms).
 */
export class StreamResampler {
  private readonly fromHz: number;
  private readonly toHz: number;
  private readonly converter: Converter;
  /** The inputs that are still needed, and the place of the first of them in the sound. */
  private inputs = new Float64Array();
  private firstInput = 0;
  private outputs = 0;

  /** Rates are whole numbers of hertz. */
  constructor(fromHz: number, toHz: number) {
    this.fromHz = fromHz;
    this.toHz = toHz;
    const source: SampleSource = {
      sampleRateHz: fromHz,
      length: Infinity,
      read: (start, into) => this.read(start, into),
    };
    this.converter = makeConverter(source, toHz);
  }

  /** Takes the next samples. Returns those that depend on nothing that is still to come. */
  push(samples: Float64Array): Float64Array {
    this.inputs = joined(this.inputs, samples);
    // Output n stands at input floor(n * from / to).
    const known = this.length() - this.converter.behind;
    const outputs = this.outputsUntil(Math.max(0, Math.ceil((known * this.toHz) / this.fromHz)));
    this.forget();
    return outputs;
  }

  /** The rest: behind the last sample there is silence. Nothing may be pushed any more. */
  end(): Float64Array {
    return this.outputsUntil(resampledLength(this.length(), this.fromHz, this.toHz));
  }

  private length(): number {
    return this.firstInput + this.inputs.length;
  }

  private outputsUntil(end: number): Float64Array {
    const block = new Float64Array(Math.max(0, end - this.outputs));
    if (block.length > 0) this.converter.fill(this.outputs, block);
    this.outputs += block.length;
    return block;
  }

  /** Of what comes next nothing depends on these. */
  private forget(): void {
    const place = Math.floor((this.outputs * this.fromHz) / this.toHz);
    const needed = Math.max(this.firstInput, place - this.converter.before);
    this.inputs = this.inputs.slice(needed - this.firstInput);
    this.firstInput = needed;
  }

  private read(start: number, into: Float64Array): void {
    const offset = start - this.firstInput;
    const first = Math.max(0, -offset);
    into.fill(0);
    into.set(this.inputs.subarray(offset + first, offset + into.length), first);
  }
}

function joined(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
