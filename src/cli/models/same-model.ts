/** Whether two names mean one model: without a tag `latest` is meant, and case does not count. */
export function isSameModel(a: string, b: string): boolean {
  return fullName(a) === fullName(b);
}

function fullName(name: string): string {
  return (/:[^/]*$/.test(name) ? name : `${name}:latest`).toLowerCase();
}
