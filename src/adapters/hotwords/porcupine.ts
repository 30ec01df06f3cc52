/** Porcupine 4: the access key is checked over the network, at the start and every few days. */
import type { EngineRequest, HotwordEngine } from './hotword-engine';
import { HotwordError } from './hotword-error';
import { resolveOptional, type Machine } from './machine';
import { builtInKeyword, PorcupineEngine, type Porcupine } from './porcupine-engine';
import { porcupineFailure } from './porcupine-failure';

/** As much of `@picovoice/porcupine-node` as is used. */
interface PorcupinePackage {
  readonly Porcupine: new (
    accessKey: string,
    keywords: string[],
    sensitivities: number[],
    options: { readonly device: string },
  ) => Porcupine;
}

const PACKAGE = '@picovoice/porcupine-node';
const INSTALL = 'npm install @picovoice/porcupine-node@4';
/** One frame is a millisecond's work: more threads would only get in each other's way. */
const DEVICE = 'cpu:1';

export async function openPorcupine(
  request: EngineRequest,
  machine: Machine,
): Promise<HotwordEngine> {
  const { accessKey, modelPath, sensitivity } = request;
  if (accessKey === undefined) throw keyMissing();
  const keyword = modelPath ?? builtInKeyword(request);
  resolveOptional(machine, PACKAGE, INSTALL);
  try {
    const { Porcupine } = machine.load(PACKAGE) as PorcupinePackage;
    const porcupine = new Porcupine(accessKey, [keyword], [sensitivity], { device: DEVICE });
    return new PorcupineEngine(discreet(porcupine));
  } catch (error) {
    // The library's error quotes the key, so it is not kept, not even as a cause.
    throw porcupineFailure(error, modelPath);
  }
}

/** The library may quote the key whenever it fails. */
function discreet(porcupine: Porcupine): Porcupine {
  return {
    frameLength: porcupine.frameLength,
    process: (frame) => {
      try {
        return porcupine.process(frame);
      } catch (error) {
        throw porcupineFailure(error);
      }
    },
    release: () => porcupine.release(),
  };
}

function keyMissing(): HotwordError {
  return new HotwordError(
    'ERR_HOTWORD_KEY_MISSING',
    'Porcupine 4 needs an access key of Picovoice: --access-key-file FILE, or the environment ' +
      'variable PICOVOICE_ACCESS_KEY. Without one use --hotword porcupine-v1 or openwakeword.',
  );
}
