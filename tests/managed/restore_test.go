package managed

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/tests/forest"
	"github.com/entente-ad/entente/tests/harness"
)

// TestRestoreBringsUsersAndTrustsBack: what was deleted since the snapshot is
// there again, what was made since is not, and the trust verifies with a
// partner that noticed nothing. Then the same once more, with a server that is
// killed in the middle, and a trust that nobody wants any more.
func TestRestoreBringsUsersAndTrustsBack(t *testing.T) {
	w := newWorld(t)
	w.tool(t, "user", "create", "alice", userWord)
	if err := w.partner.CreateUser(t.Context(), "bob", secret.New(userWord)); err != nil {
		t.Fatal(err)
	}
	trust := w.trusted(t)
	before, hosts := w.addresses(t), w.hosts(t)
	snapshot := w.snapshot(t)

	w.tool(t, "user", "delete", "alice")
	w.tool(t, "user", "create", "carol", userWord)
	w.tool(t, "domain", "trust", "delete", partnerName, "--delete-location=local")
	const newWord = "Another-Horse-8"
	if _, err := w.ds.ResetUserPassword(t.Context(), &directoryservice.ResetUserPasswordInput{
		DirectoryId: aws.String(w.id), UserName: aws.String("Admin"), NewPassword: aws.String(newWord),
	}); err != nil {
		t.Fatal(err)
	}
	w.s.WaitTrust(t, trust, types.TrustStateVerifyFailed, types.TrustStateFailed)

	w.restore(t, snapshot)
	w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	w.s.WaitTrust(t, trust, types.TrustStateVerified)
	for dc := range w.managed.DnsIpAddrs {
		w.ticket(t, dc, "alice@"+managedName, userWord, "cifs/"+w.partner.Host())
		w.ticket(t, dc, "Admin@"+managedName, harness.AdminPassword, "")
	}
	for _, host := range hosts {
		w.ticket(t, 0, "bob@"+partnerName, userWord, "cifs/"+host)
	}
	if users := w.tool(t, "user", "list"); strings.Contains(users, "carol") {
		t.Errorf("a user made after the snapshot is still there: %s", users)
	}
	if after := w.addresses(t); after != before {
		t.Errorf("the domain controllers are %s, and were %s", after, before)
	}

	// A trust deleted since the snapshot must not come back, and a crash must
	// not matter.
	w.s.DeleteTrust(t, trust)
	w.restore(t, snapshot)
	if err := w.s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.s.WaitDirectory(t, w.id, types.DirectoryStageActive)
	if list := w.tool(t, "domain", "trust", "list"); strings.Contains(list, partnerName) {
		t.Errorf("a trust that was deleted is there again: %s", list)
	}
	w.ticket(t, 1, "alice@"+managedName, userWord, "")
	w.tool(t, "dbcheck", "--cross-ncs") // fails when the restored database is not in order
	if _, err := w.ds.DeleteSnapshot(t.Context(), &directoryservice.DeleteSnapshotInput{SnapshotId: aws.String(snapshot)}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the snapshot's file to go", func() error {
		if left, _ := filepath.Glob(filepath.Join(w.s.DataDir, "snapshots", "*", "*")); len(left) > 0 {
			return os.ErrExist
		}
		return nil
	})
}

// trusted makes both sides of a two-way trust.
func (w world) trusted(t *testing.T) string {
	t.Helper()
	err := w.partner.CreateLocalTrust(t.Context(), forest.LocalTrust{
		Domain: managedName, Type: "forest", Direction: "both", Password: secret.New(trustWord),
		User: "Admin", UserPassword: secret.New(harness.AdminPassword),
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.ds.CreateTrust(t.Context(), &directoryservice.CreateTrustInput{
		DirectoryId: aws.String(w.id), RemoteDomainName: aws.String(partnerName), TrustPassword: aws.String(trustWord),
		TrustDirection: types.TrustDirectionTwoWay, TrustType: types.TrustTypeForest,
		ConditionalForwarderIpAddrs: []string{w.partner.Address.Addr().String()},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.s.WaitTrust(t, aws.ToString(out.TrustId), types.TrustStateVerified)
	return aws.ToString(out.TrustId)
}

// snapshot takes a snapshot and looks at its file: it must be sealed.
func (w world) snapshot(t *testing.T) string {
	t.Helper()
	out, err := w.ds.CreateSnapshot(t.Context(), &directoryservice.CreateSnapshotInput{DirectoryId: aws.String(w.id), Name: aws.String("before the change")})
	if err != nil {
		t.Fatal(err)
	}
	id := aws.ToString(out.SnapshotId)
	eventually(t, "the snapshot to be Completed", func() error {
		list, err := w.ds.DescribeSnapshots(t.Context(), &directoryservice.DescribeSnapshotsInput{SnapshotIds: []string{id}})
		if err == nil && list.Snapshots[0].Status != types.SnapshotStatusCompleted {
			return os.ErrNotExist
		}
		return err
	})
	content, err := os.ReadFile(filepath.Join(w.s.DataDir, "snapshots", w.id, id))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(content, []byte("age-encryption.org/v1")) || bytes.Contains(content, []byte("BZh9")) {
		t.Errorf("the snapshot's file is not sealed: %q", content[:32])
	}
	return id
}

// restore asks for a restore; the directory must be Restoring at once.
func (w world) restore(t *testing.T, snapshot string) {
	t.Helper()
	if _, err := w.ds.RestoreFromSnapshot(t.Context(), &directoryservice.RestoreFromSnapshotInput{SnapshotId: aws.String(snapshot)}); err != nil {
		t.Fatal(err)
	}
	out, err := w.ds.DescribeDirectories(t.Context(), &directoryservice.DescribeDirectoriesInput{DirectoryIds: []string{w.id}})
	if err != nil {
		t.Fatal(err)
	}
	if stage := out.DirectoryDescriptions[0].Stage; stage != types.DirectoryStageRestoring {
		t.Errorf("the directory is %s right after RestoreFromSnapshot", stage)
	}
}
