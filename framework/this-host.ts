import { hostname } from 'node:os';

/**
 * This machine's name, by which executors are told apart. SLUICE_HOST says it where the system's own name is not its alone:
 * containers of one host name have process tables of their own.
 */
export const THIS_HOST: string = process.env['SLUICE_HOST'] || hostname();
