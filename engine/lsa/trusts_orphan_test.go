package lsa_test

import (
	"errors"
	"testing"

	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

// TestAnAccountLeftOverMakesWay, and a computer does not.
func TestAnAccountLeftOverMakesWay(t *testing.T) {
	a, b := forests(t)
	idB := names(t, b)
	c := session(t, a, lsa.Dial)
	if err := c.CreateTrust(t.Context(), newTrust(idB)); err != nil {
		t.Fatal(err)
	}
	// The object alone goes, as when a deletion is cut short.
	if _, err := a.Exec(t.Context(), "", "ldbdel", "-H", "/var/lib/samba/private/sam.ldb", "CN="+string(idB.DNSName)+",CN=System,DC=ash,DC=test"); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateTrust(t.Context(), newTrust(idB)); err != nil {
		t.Fatalf("with an interdomain account in the way: %v", err)
	}
	if err := c.DeleteTrust(t.Context(), idB.DNSName); err != nil {
		t.Fatal(err)
	}

	elm := newTrust(trust.Identity{DNSName: "elm.test", NetBIOSName: "ELM", SID: "S-1-5-21-1-2-3"})
	if _, err := a.Exec(t.Context(), "", "samba-tool", "computer", "create", "ELM"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first did not delete it
		err := c.CreateTrust(t.Context(), elm)
		if !errors.Is(err, lsa.StatusDomainExists) || !errs.Is(err, errs.Exists) {
			t.Fatalf("with a computer in the way: %v", err)
		}
	}
}
