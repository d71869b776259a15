import { type ApiClient, createApiClient } from '../cli/api-client.ts';
import { everyPage } from '../cli/paging.ts';
