/** The engine's only door: `#model`. */
export {
  explore,
  statesMostByDefault,
  type Breach,
  type Explored,
  type ExploreOptions,
  type Questions,
  type Trace,
  type TraceStep,
  type Transition,
} from './explore.ts';
export { itfOf, type ItfSource } from './itf.ts';
export { hiddenSource, judgeModel, type Judged, type JudgedModel } from './judge.ts';
export { type Deed, type Machine, type MachineOptions } from './machine.ts';
export { EngineError, ModelError, type ModelCode, type Place } from './mistake.ts';
export { checkTypes, openModel, type Model } from './model.ts';
export { sample, stepsMostByDefault, type Sampled, type SampleOptions } from './sample.ts';
export { pack, parse, type Source } from './specification.ts';
export { storyOf, type Telling } from './story.ts';
export { inQuint, type State, type Value } from './value.ts';
