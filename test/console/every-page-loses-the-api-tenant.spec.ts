import { test } from 'node:test';
import { everyPage } from './loses-the-api.ts';

test('every page of a tenant says that the API is lost, recovers by itself, and finds nothing that is not there', (t) =>
  everyPage(t, 'tenant'));
