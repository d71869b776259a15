import { NoteThawInput } from '../core/contracts/steps.ts';
import { createNoteThaw } from '../core/steps/snapshot/note-thaw.ts';
import { logged } from './wiring/logged.ts';
import { wireSteps } from './wiring/steps.ts';

const noteThaw = createNoteThaw(wireSteps(process.env));
export const handler = logged('note-thaw', async (event) => noteThaw(NoteThawInput.parse(event)));
