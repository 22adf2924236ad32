/** By this variable a command knows that whoever started it waits for word of the run. */
export const TELL_PARENT = 'SLUICE_TELL_PARENT';
