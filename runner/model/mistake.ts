/** A place in a specification. Line and column count from 1. */
export interface Place {
  /** As it was named, or as it is imported. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type ModelCode =
  | 'syntax-error'
  | 'type-error'
  /** It has no init or step, or not what it is asked for. */
  | 'model-incomplete'
  /** Something in it has no value, such as the entry of a map for a key that is not there. */
  | 'model-undefined'
  /** It has more states, or more choices at once, than may be looked at. */
  | 'model-too-large';

/** What is wrong with a specification, for whoever wrote it. */
export class ModelError extends Error {
  readonly code: ModelCode;
  /** One sentence: what to do now. */
  readonly remedy: string;
  readonly at: Place | undefined;

  constructor(code: ModelCode, message: string, remedy: string, at?: Place) {
    super(message);
    this.name = 'ModelError';
    this.code = code;
    this.remedy = remedy;
    this.at = at;
  }
}

/** The evaluator does not do what this engine relies on: a bug, or another version of Quint. */
export class EngineError extends Error {
  constructor(what: string) {
    super(
      `Quint’s evaluator does not behave as runner/model relies on: ${what}. npm ci installs the version that it was written for.`,
    );
    this.name = 'EngineError';
  }
}
