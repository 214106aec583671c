// How an application gets its events: webhooks, their lag and success.

/** Cards about deliveries; none while an application only reads. */
export async function deliveryCards() {
  return null;
}
