import { memoryPins } from '../../src/client/pins.ts'
import { describePinStore } from '../contracts/pin-store.ts'

describePinStore('memory', async () => ({ pins: memoryPins(), discard: async () => undefined }))
