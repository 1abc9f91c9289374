/** The part of dynalite 4 that is used; the package ships no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    /** Folder of the LevelDB store; in memory when absent. */
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }

  /** `close` ends the store as well. */
  function dynalite(options?: Options): Server;
  export = dynalite;
}
