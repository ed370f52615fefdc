// Package interop checks that clients of AWS, unmodified, understand the API:
// the Go SDK and the AWS CLI against the real handler, service and store. The
// domain controllers are played: what real ones do is tested elsewhere.
package interop

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/awsapi"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID     = "AKIAINTEROPAAAAAAAAA"
	keySecret = "InteropSecretInteropSecretInteropSecret1"
	region    = "eu-central-1"
)

// serve gives the address of an API on an empty store.
func serve(t *testing.T) string {
	t.Helper()
	s := storetest.New(t)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	svc := service.New(service.Config{Store: s, TokenKey: []byte("k"), Log: log})
	if _, err := svc.Bootstrap(t.Context(), service.FirstKey{ID: keyID, Secret: secret.New(keySecret)}); err != nil {
		t.Fatal(err)
	}
	api, err := awsapi.New(awsapi.Config{Service: svc, Keys: svc.Key, Log: log, Revision: s.Revision})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		play(ctx, s)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return server.URL
}

// play does what reconcilers do, without domain controllers: everything
// wanted is so at once.
func play(ctx context.Context, s *store.Store) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		tx, n := s.Begin(), 0
		for o := range store.Directories.All(s) {
			n += playDirectory(s, tx, o)
		}
		for o := range store.Trusts.All(s) {
			n += playTrust(s, tx, o)
		}
		if n > 0 {
			_, _ = tx.Commit(ctx) // lost races are played again
		}
	}
}

func playDirectory(s *store.Store, tx *store.Txn, o store.Object[directory.Spec]) int {
	st, _ := store.DirectoryStatus.Get(s, o.Key)
	if o.Value.Delete {
		store.Directories.Delete(tx, o.Key, o.Revision)
		store.DirectoryStatus.Delete(tx, o.Key, st.Revision)
		return 1
	}
	serial := o.Value.PasswordReset.Serial
	if st.Value.Stage == directory.StageActive && st.Value.PasswordReset.Serial == serial {
		return 0
	}
	now := time.Now()
	status := directory.Status{Stage: directory.StageActive, StageSince: now, PasswordReset: directory.PasswordResetResult{Serial: serial}}
	applied := map[directory.DCID]int64{}
	for _, dc := range o.Value.DCs {
		status.DCs = append(status.DCs, directory.DCStatus{ID: dc.ID, State: directory.DCActive, Since: now, LaunchTime: now})
		applied[dc.ID] = 1 << 60
	}
	store.DirectoryStatus.Put(tx, o.Key, status, st.Revision)
	fwd, _ := store.ForwardersStatus.Get(s, o.Key)
	store.ForwardersStatus.Put(tx, o.Key, directory.ForwarderStatus{Directory: o.Value.ID, Applied: applied}, fwd.Revision)
	return 1
}

func playTrust(s *store.Store, tx *store.Txn, o store.Object[trust.Spec]) int {
	st, _ := store.TrustStatus.Get(s, o.Key)
	if o.Value.Delete {
		store.Trusts.Delete(tx, o.Key, o.Revision)
		store.TrustStatus.Delete(tx, o.Key, st.Revision)
		return 1
	}
	if st.Value.State != "" && st.Value.Answered == o.Value.VerifySerial {
		return 0
	}
	status := trust.Status{State: trust.Created, StateSince: time.Now(), Answered: o.Value.VerifySerial}
	if o.Value.Direction.HasOutgoing() {
		status.State, status.StateReason = trust.VerifyFailed, "The specified domain either does not exist or could not be contacted. Name: "+o.Value.RemoteDomainName
	}
	store.TrustStatus.Put(tx, o.Key, status, st.Revision)
	return 1
}
