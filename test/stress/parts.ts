import { answers } from './answers.ts'
import { catalogue } from './catalogue.ts'
import { fuzz } from './fuzz.ts'
import { inputs } from './inputs.ts'
import { kills } from './kills.ts'
import { parallel } from './parallel.ts'
import type { Part } from './part.ts'
import { soak } from './soak.ts'

/** What `npm run stress` tries, in this order. One more part is one more line. */
export const parts: readonly Part[] = [kills, fuzz, answers, inputs, parallel, soak, catalogue]
