import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

/** Whether a webhook is genuine; body is the bytes as they came. */
export function verify(secret, headers, body) {
  if (Math.abs(Date.now() / 1000 - headers["webhook-timestamp"]) > 300) return false;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const mac = createHmac("sha256", key).update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`).update(body);
  const expected = Buffer.from(`v1,${mac.digest("base64")}`);
  return headers["webhook-signature"].split(" ").map((one) => Buffer.from(one))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

if (process.argv.length === 6) { // verify.mjs SECRET ID TIMESTAMP SIGNATURE < body
  const [secret, id, timestamp, signature] = process.argv.slice(2);
  const given = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  console.log(verify(secret, given, readFileSync(0)));
}
