/** Loaded ahead of a judgement, in the thread that will do it: all of Quint that a model needs. */
import './index.ts';
