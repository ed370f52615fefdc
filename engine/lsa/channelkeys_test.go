package lsa_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/engine/lsa"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/trust"
)

// keySource is a domain controller with the key of its trust, and a partner
// that takes one key.
type keySource struct {
	reads int
	has   string
	takes string
	down  error
}

func (s *keySource) read(context.Context, directory.Instance, directory.FQDN) (secret.Text, error) {
	s.reads++
	return secret.New(s.has), nil
}

func (s *keySource) prove(_ context.Context, key secret.Text) (trust.VerifyResult, error) {
	if s.down != nil || key.Reveal() == s.takes {
		return trust.VerifyResult{}, s.down
	}
	return trust.VerifyResult{Call: uint32(lsa.ErrorTrustFailure)}, nil
}

func channelFrom(n int) directory.Instance {
	return directory.Instance{Directory: "d-0000000001", DC: directory.DC{ID: directory.DCID(fmt.Sprintf("dc-%010d", n))}}
}

func TestTheKeyOfAChannelIsForgottenWithoutAnybodyAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &keySource{has: "one", takes: "one"}
		k := lsa.NewChannelKeys(s.read)
		prove := func(dc int) trust.VerifyResult {
			r, err := k.Prove(t.Context(), channelFrom(dc), "corp.example", s.prove)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		for range 3 {
			prove(1)
		}
		if s.reads != 1 || k.Len() != 1 {
			t.Errorf("%d reads, %d keys in memory", s.reads, k.Len())
		}
		time.Sleep(lsa.ChannelKeyLife)
		synctest.Wait()
		if k.Len() != 0 {
			t.Errorf("%d keys are in memory after their time", k.Len())
		}

		prove(1)
		prove(2)
		k.Keep(func(id directory.ID, partner directory.FQDN) bool { return partner != "corp.example" })
		if k.Len() != 0 {
			t.Errorf("%d keys of a trust that is gone", k.Len())
		}
		prove(1)
		k.Close()
		prove(1)
		if k.Len() != 0 {
			t.Errorf("%d keys after the end", k.Len())
		}
	})
}

func TestAKeyThatIsRefusedIsReadAgainOnceAndNotKept(t *testing.T) {
	s := &keySource{has: "one", takes: "one"}
	k := lsa.NewChannelKeys(s.read)
	defer k.Close()
	prove := func() (trust.VerifyResult, error) {
		return k.Prove(t.Context(), channelFrom(1), "corp.example", s.prove)
	}
	if r, err := prove(); err != nil || !r.OK() {
		t.Fatal(r, err)
	}
	s.has, s.takes = "two", "two" // the trust was made anew
	if r, err := prove(); err != nil || !r.OK() || s.reads != 2 {
		t.Errorf("%+v %v after %d reads", r, err, s.reads)
	}
	s.takes = "nobody's"
	if r, err := prove(); err != nil || r.OK() || k.Len() != 0 || s.reads != 3 {
		t.Errorf("%+v %v; %d keys, %d reads", r, err, k.Len(), s.reads)
	}
	s.down = errors.New("no route")
	if _, err := prove(); !errors.Is(err, s.down) || k.Len() != 0 {
		t.Errorf("%v; %d keys are kept that nobody has taken", err, k.Len())
	}
}
