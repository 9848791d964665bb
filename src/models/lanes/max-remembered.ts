/** Models that are remembered; their names have at most 512 characters. */
export const MAX_REMEMBERED = 500;
