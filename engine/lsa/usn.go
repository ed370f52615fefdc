package lsa

import (
	"context"
	"strconv"

	"github.com/entente-ad/entente/trust"
)

// HighestUSN reads a number that grows with every change of the controller's
// database, as the rootDSE tells anybody ([MS-ADTS] 3.1.1.3.2.11). It costs a
// connection and no account.
func HighestUSN(ctx context.Context, t Target) (int64, error) {
	const step = "ask how far the database has got"
	ctx, cancel := withTimeout(ctx)
	defer cancel()
	entry, err := rootDSE(ctx, t.dialer(), trust.PartnerDC{Address: t.Address}, nil, "highestCommittedUSN")
	if err != nil {
		return 0, Failure(step, t.at(portLDAP), err)
	}
	usn, err := strconv.ParseInt(entry.GetAttributeValue("highestCommittedUSN"), 10, 64)
	if err != nil {
		return 0, Failure(step, t.at(portLDAP), errBroken)
	}
	return usn, nil
}
