// Deliveries to applications.

/** The deliveries of one event, as steps of its page. */
export async function deliveriesOf() {
  return [];
}
