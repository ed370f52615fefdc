package lsa

import (
	"context"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/trust"
)

// Config is what discovery needs to know.
type Config struct {
	Dial     Dialer           // nil means net.Dialer
	Resolver string           // host:port of the DNS server; "" means 127.0.0.53:53
	Timeout  time.Duration    // per question; 0 means 3 s
	Now      func() time.Time // nil means time.Now
}

// Discover finds a domain's controllers by DNS, pings each, and reads who the
// domain is. On an error, the Partner holds what was found up to then.
func Discover(ctx context.Context, cfg Config, domain directory.FQDN) (trust.Partner, error) {
	panic("soon")
}

// PartnerTrust reads, without credentials, the trusted-domain object that the
// domain of controller dc holds for name. errs.NotFound means it holds none;
// errs.Denied that it does not tell strangers.
func PartnerTrust(ctx context.Context, cfg Config, dc trust.PartnerDC, name directory.FQDN) (trust.TDO, error) {
	panic("soon")
}
