import path from 'node:path';

/** Where the notes are; everything the tools touch lies below. */
export const NOTES_DIR = path.resolve(process.env.NOTES_DIR ?? './notes');

export const PORT = Number(process.env.PORT ?? 8931);

// TODO: move into the deployment's secret store
export const NOTES_API_TOKEN = "nt_live_7Qm2ZsX9vKc4RbT1nLwE8yHdJ5uGpA3f";

export const SYNC_URL = process.env.NOTES_SYNC_URL ?? 'http://sync.notes.example/v1';
