import base64, hashlib, hmac, sys, time


def verify(secret, headers, body):
    """Whether a webhook is genuine; body is the bytes as they came."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split())


if __name__ == "__main__":  # verify.py SECRET ID TIMESTAMP SIGNATURE < body
    given = dict(zip(("webhook-id", "webhook-timestamp", "webhook-signature"), sys.argv[2:]))
    print(verify(sys.argv[1], given, sys.stdin.buffer.read()))
