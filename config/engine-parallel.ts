/** Sequences that the embedded engine decodes side by side unless the user says otherwise. */
export const ENGINE_PARALLEL = 4;
