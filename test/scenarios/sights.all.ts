import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { testSights } from '../support/sights.ts'

// What a lesson says to be typed, typed as it stands there, for every scenario.

testSights(await Promise.all([...listScenarioFiles().values()].map(loadScenarioFile)))
