/** The lab's only door: `#lab`. Handlers use the services; hidden tests use scenarios and `judge`. */
export {
  ConcurrencyError,
  type Document,
  type HttpRequest,
  type HttpResponse,
  type Ids,
  type Services,
  type Store,
  type Write,
} from './services.ts';
export {
  LostResponse,
  type Answer,
  type Browser,
  type Faults,
  type Outcome,
  type PostOptions,
  type Routes,
  type Scenario,
} from './scenario.ts';
export { judge } from './judge.ts';
export type {
  Bound,
  Coverage,
  FaultKind,
  Mistake,
  PromiseVerdict,
  Report,
  SourceLine,
  Step,
  Story,
} from './verdict.ts';
