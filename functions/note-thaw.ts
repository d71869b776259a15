import { NoteThawInput } from '../core/contracts/steps.ts';
import { createNoteThaw } from '../core/steps/snapshot/note-thaw.ts';
import { wireSteps } from './wiring/steps.ts';

const noteThaw = createNoteThaw(wireSteps(process.env));
export const handler = async (event: unknown) => noteThaw(NoteThawInput.parse(event));
