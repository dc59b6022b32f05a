import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Node runs the sources itself, as it does for a user: no transform stands between.
    experimental: { viteModuleRunner: false },
    // Real processes and real sockets: a slow machine needs room, and no test waits this long when it works.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
