package service_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"go.uber.org/goleak"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is when the rig's clock starts.
var now = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

var caller = audit.Caller{AccessKeyID: "AKIAEXAMPLE", Account: "000000000000", Region: "us-east-1", SourceIP: "127.0.0.1", RequestID: "r-1"}

const (
	marker   = "Marker-4711-Secret"
	password = marker + "aA1"
)

// rig is a service on a real store, without any reconciler: tests play it.
type rig struct {
	*service.Service
	t     *testing.T
	store *store.Store
	log   *bytes.Buffer
}

func newRig(t *testing.T, change ...func(*service.Config)) *rig {
	t.Helper()
	r := &rig{t: t, store: storetest.New(t), log: &bytes.Buffer{}}
	var ticks atomic.Int64 // the clock never stands: audit entries are kept by their time
	cfg := service.Config{
		Store: r.store, TokenKey: []byte("k"), Wait: 100 * time.Millisecond,
		Now: func() time.Time { return now.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	r.Service = service.New(cfg)
	return r
}

// network gives the default VPC of the caller's Region.
func (r *rig) network(c audit.Caller) *types.DirectoryVpcSettings {
	r.t.Helper()
	out := must(r.DescribeSubnets(r.t.Context(), c, &service.DescribeSubnetsInput{}))(r.t)
	settings := &types.DirectoryVpcSettings{VpcId: &out.Subnets[0].VpcId}
	for _, n := range out.Subnets {
		settings.SubnetIds = append(settings.SubnetIds, n.SubnetId)
	}
	return settings
}

// requested creates a directory that no reconciler has looked at.
func (r *rig) requested(name string) directory.ID {
	r.t.Helper()
	out := must(r.CreateMicrosoftAD(r.t.Context(), caller, &directoryservice.CreateMicrosoftADInput{
		Name: &name, Password: new(password), VpcSettings: r.network(caller),
	}))(r.t)
	return directory.ID(*out.DirectoryId)
}

// active creates a directory with two domain controllers that run.
func (r *rig) active(name string) directory.ID {
	r.t.Helper()
	id := r.requested(name)
	r.stage(id, directory.StageActive, directory.DCActive, directory.DCActive)
	return id
}

// stage plays the reconciler of directories.
func (r *rig) stage(id directory.ID, stage directory.Stage, dcs ...directory.DCState) {
	r.t.Helper()
	spec, _ := store.Directories.Get(r.store, string(id))
	old, _ := store.DirectoryStatus.Get(r.store, string(id))
	old.Value.Stage, old.Value.DCs = stage, nil
	for i, state := range dcs {
		old.Value.DCs = append(old.Value.DCs, directory.DCStatus{ID: spec.Value.DCs[i].ID, State: state, LaunchTime: now})
	}
	put(r, store.DirectoryStatus, string(id), old.Value)
}

func put[T any](r *rig, table store.Table[T], key string, value T) {
	r.t.Helper()
	old, _ := table.Get(r.store, key)
	tx := r.store.Begin()
	table.Put(tx, key, value, old.Revision)
	if _, err := tx.Commit(r.t.Context()); err != nil {
		r.t.Error(err)
	}
}

// trust creates a two-way trust.
func (r *rig) trust(id directory.ID, remote string) trust.ID {
	r.t.Helper()
	out := must(r.CreateTrust(r.t.Context(), caller, twoWay(id, remote)))(r.t)
	return trust.ID(*out.TrustId)
}

func twoWay(id directory.ID, remote string) *directoryservice.CreateTrustInput {
	return &directoryservice.CreateTrustInput{
		DirectoryId: new(string(id)), RemoteDomainName: &remote, TrustPassword: new(password), TrustDirection: types.TrustDirectionTwoWay,
	}
}

// must gives a call's output, or ends the test.
func must[T any](out T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// dump is everything in the store but sealed values.
func (r *rig) dump() string {
	return strings.Join([]string{
		table(r, store.Directories), table(r, store.DirectoryStatus), table(r, store.Trusts), table(r, store.TrustStatus),
		table(r, store.Forwarders), table(r, store.ForwardersStatus), table(r, store.ForwarderHealth), table(r, store.VPCs), table(r, store.VPCStatus),
		table(r, store.AccessKeys), fmt.Sprint(storetest.AuditLog(r.t, r.store)), fmt.Sprint(r.store.Claims("")),
	}, "\n")
}

func table[T any](r *rig, from store.Table[T]) string {
	var b strings.Builder
	for _, o := range from.List(r.store) {
		line, err := json.Marshal(o)
		if err != nil {
			r.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", from.Name(), line)
	}
	return b.String()
}

// refusal is one call that must change nothing.
type refusal struct {
	name string
	call func() error
	kind errs.Kind
	text string // of the answer; "…" at its end stands for anything
}

// refuses checks calls that must be refused with exactly that text, leave the
// store as it was, and repeat no secret.
func (r *rig) refuses(calls []refusal) {
	r.t.Helper()
	before := r.dump()
	for _, c := range calls {
		err := c.call()
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != c.kind {
			r.t.Errorf("%s: got %v, want an error of kind %d", c.name, err, c.kind)
			continue
		}
		got := e.Message
		if start, open := strings.CutSuffix(c.text, "…"); open {
			got = got[:min(len(got), len(start))] + "…"
		}
		if got != c.text {
			r.t.Errorf("%s:\n got %q\nwant %q", c.name, e.Message, c.text)
		}
		if strings.Contains(err.Error(), marker) {
			r.t.Errorf("%s: the error repeats a secret", c.name)
		}
		if after := r.dump(); after != before {
			r.t.Errorf("%s: the store changed:\n%s\n--- was\n%s", c.name, after, before)
			before = after
		}
	}
}

func second[T any](_ T, err error) error { return err }

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }
