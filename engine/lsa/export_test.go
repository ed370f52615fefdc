package lsa

import "context"

// DialOld is Dial with a server that knows no AES for trust secrets.
func DialOld(ctx context.Context, t Target, creds Credentials) (*Conn, error) {
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	return open(ctx, &Conn{target: t, creds: &creds, old: true})
}
