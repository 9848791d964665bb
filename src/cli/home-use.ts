import { homeHolder, readNote, type HomeHolder } from "../runtime/home-lock.ts";

/** Whether a service has a folder, and what one has written down there. */
export interface HomeUse {
  /** Undefined where the system does not let it be known. */
  isInUse: boolean | undefined;
  /** Where none has it, a crash has left it behind. */
  note: HomeHolder;
}

/** Looks whether a service has a folder. Never rejects. @param home absolute. */
export async function homeUse(home: string): Promise<HomeUse> {
  const note = readNote(home);
  try {
    return { isInUse: (await homeHolder(home)) !== undefined, note };
  } catch {
    return { isInUse: undefined, note };
  }
}
