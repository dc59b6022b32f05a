import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** Everything: also what takes minutes, or needs more than a fresh machine has. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      include: ['test/**/*.test.ts', 'test/**/*.all.ts'],
      // One after the other: several of these use all the machine has, and scenarios promise times.
      fileParallelism: false,
    },
  }),
)
