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

if (process.argv.length === 4) { // verify.mjs SECRET HEADERS_AS_JSON < body
  console.log(verify(process.argv[2], JSON.parse(process.argv[3]), readFileSync(0)));
}
