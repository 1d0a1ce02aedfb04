/** Loaded ahead of a judgement, in the thread that will do it: Quint, and all of it that a first model needs. */
import { mustBehave } from './behaviour.ts';

mustBehave();
