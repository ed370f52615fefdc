package lsatest_test

import (
	"context"
	"testing"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa/lsatest"
	"github.com/entente-ad/entente/trust"
)

func TestForestsInMemoryConform(t *testing.T) {
	lsatest.Run(t, func(*testing.T) lsatest.Lab {
		w := lsatest.NewWorld(nil)
		side := func(d *lsatest.Domain) lsatest.Side {
			pdc := d.Controllers()[0]
			return lsatest.Side{
				Dial:            func(ctx context.Context) (lsatest.Conn, error) { return d.Dial(ctx) },
				RestartWinbindd: func(context.Context) error { pdc.RestartWinbindd(); return nil },
				Stranger: func(ctx context.Context, name directory.FQDN) (trust.TDO, error) {
					return w.PartnerTrust(ctx, trust.PartnerDC{Host: pdc.Host, Address: pdc.Address}, name)
				},
			}
		}
		return lsatest.Lab{A: side(w.AddDomain("a.example")), B: side(w.AddDomain("b.example"))}
	})
}
