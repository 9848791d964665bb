/** Which answers are meant: all, or those of a model (canonical name), of a tenant. */
export interface Selection {
  model?: string | undefined;
  tenant?: string | undefined;
}

/** Whether a selection covers what belongs to this model and tenant. */
export function selects(
  { model, tenant }: Selection,
  of: { model: string; tenant: string },
): boolean {
  return (
    (model === undefined || model === of.model) && (tenant === undefined || tenant === of.tenant)
  );
}
