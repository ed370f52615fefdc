package awsapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/access"
	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

// outside is a trusted domain, which changes without the store's knowing.
type outside struct {
	mu     sync.Mutex
	people []string
	gone   bool
	asked  int
}

func (o *outside) look() ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked++
	if o.gone {
		return nil, errs.E(errs.Unavailable, "No domain controller of corp.example.com answers.")
	}
	return slices.Clone(o.people), nil
}

func (o *outside) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
}

func (o *outside) times() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked
}

func (o *outside) Users(context.Context, trust.Way, trust.Lookup) (out []trust.User, next string, err error) {
	names, err := o.look()
	for _, n := range names {
		out = append(out, trust.User{Name: n})
	}
	return out, "", err
}

func (o *outside) Groups(context.Context, trust.Way, trust.Lookup) (out []trust.Group, next string, err error) {
	names, err := o.look()
	for _, n := range names {
		out = append(out, trust.Group{Name: n})
	}
	return out, "", err
}

func (o *outside) Members(context.Context, trust.Way, string, bool, trust.Lookup) (out []trust.Member, next string, err error) {
	names, err := o.look()
	for _, n := range names {
		out = append(out, trust.Member{Name: n})
	}
	return out, "", err
}

func (o *outside) Memberships(context.Context, trust.Way, string) (u trust.User, out []trust.Membership, err error) {
	names, err := o.look()
	for _, n := range names {
		out = append(out, trust.Membership{Group: trust.Group{Name: n}})
	}
	return u, out, err
}

// inhabited is a Handler with the whole table on a real store, which has a
// directory and a trust whose partner was found.
type inhabited struct {
	*world
	store     *store.Store
	partner   *outside
	directory string
	trust     string
}

func newInhabited(t *testing.T) inhabited {
	t.Helper()
	i := inhabited{world: &world{t: t, log: &syncBuffer{}}, store: storetest.New(t), partner: &outside{people: []string{"before"}}}
	s := service.New(service.Config{Store: i.store, TokenKey: []byte("k"), Trusted: i.partner, Log: slog.New(slog.DiscardHandler)})
	i.settle(s)
	h, err := New(Config{
		Service: s,
		Keys: func(id string) (access.Key, secret.Text, bool) {
			return access.Key{ID: id, ReadOnly: id == readerID}, secret.New(testSecret), true
		},
		Log: slog.New(slog.DiscardHandler), Revision: i.store.Revision,
	})
	if err != nil {
		t.Fatal(err)
	}
	i.h, i.server = h, httptest.NewServer(h)
	t.Cleanup(i.server.Close)
	return i
}

// settle makes the directory and the trust, and plays their reconcilers.
func (i *inhabited) settle(s *service.Service) {
	i.t.Helper()
	caller := audit.Caller{AccessKeyID: writerID, Account: "000000000000", Region: region, RequestID: "r"}
	subnets, err := s.DescribeSubnets(i.t.Context(), caller, &service.DescribeSubnetsInput{})
	if err != nil {
		i.t.Fatal(err)
	}
	network := &types.DirectoryVpcSettings{VpcId: &subnets.Subnets[0].VpcId}
	for _, n := range subnets.Subnets {
		network.SubnetIds = append(network.SubnetIds, n.SubnetId)
	}
	d, err := s.CreateMicrosoftAD(i.t.Context(), caller, &directoryservice.CreateMicrosoftADInput{Name: new("ours.test"), Password: new("Passw0rd-1"), VpcSettings: network})
	if err != nil {
		i.t.Fatal(err)
	}
	i.directory = *d.DirectoryId
	status := directory.Status{Stage: directory.StageActive}
	spec := store.Directories.Peek(i.store, i.directory)
	for _, dc := range spec.DCs {
		status.DCs = append(status.DCs, directory.DCStatus{ID: dc.ID, State: directory.DCActive})
	}
	write(i.t, i.store, store.DirectoryStatus, i.directory, status)
	tr, err := s.CreateTrust(i.t.Context(), caller, &directoryservice.CreateTrustInput{DirectoryId: &i.directory, RemoteDomainName: new("corp.example.com"),
		TrustPassword: new("Passw0rd-1"), TrustDirection: types.TrustDirectionTwoWay})
	if err != nil {
		i.t.Fatal(err)
	}
	i.trust = *tr.TrustId
	write(i.t, i.store, store.TrustStatus, i.trust, trust.Status{LocalSide: true, Partner: &trust.Partner{
		DCs: []trust.PartnerDC{{Host: "dc.corp.example.com", Address: netip.MustParseAddr("192.0.2.2"), Answered: true}},
	}})
}

func write[T any](t *testing.T, s *store.Store, table store.Table[T], key string, value T) {
	t.Helper()
	old, _ := table.Get(s, key)
	tx := s.Begin()
	table.Put(tx, key, value, old.Revision)
	storetest.Commit(t, tx)
}

// ask calls an operation, with those members that it has of a question about
// everything there is.
func (i *inhabited) ask(o operation) answer {
	i.t.Helper()
	q := raw{service: string(o.api), body: "Action=" + o.name + "&Version=" + ec2Version, contentType: formType}
	switch o.api {
	case apiSTS:
		q.body = "Action=" + o.name + "&Version=" + stsVersion
	case apiEC2:
		if _, ok := o.input.FieldByName("VpcId"); ok {
			q.body += "&VpcId=" + string(store.Directories.Peek(i.store, i.directory).VPC)
		}
		if _, ok := o.input.FieldByName("Attribute"); ok {
			q.body += "&Attribute=enableDnsSupport"
		}
	default:
		members := map[string]string{}
		for name, value := range map[string]string{"DirectoryId": i.directory, "ResourceId": i.directory, "TrustId": i.trust, "UserName": "jane", "GroupName": "staff",
			"CertificateId": "c-0123456789", "AssessmentId": "da-0123456789abcdef01"} {
			if _, ok := o.input.FieldByName(name); ok {
				members[name] = value
			}
		}
		body, err := json.Marshal(members)
		if err != nil {
			i.t.Fatal(err)
		}
		q = raw{target: string(o.api) + "." + o.name, body: string(body), key: readerID}
	}
	return i.send(q)
}

// TestALiveOperationAskedTwiceTellsOfTheChange changes the world, and nothing
// in the store, between two equal questions.
func TestALiveOperationAskedTwiceTellsOfTheChange(t *testing.T) {
	i := newInhabited(t)
	for _, name := range []string{"ListTrustedUsers", "ListTrustedGroups", "ListTrustedGroupMembers", "DescribeTrustedUser"} {
		o := rowOf(name)
		i.partner.change(func() { i.partner.people, i.partner.gone = []string{"before"}, false })
		revision := i.store.Revision()
		if a := i.ask(o); a.status != 200 || !strings.Contains(a.body, `"before"`) {
			t.Fatalf("%s: %d %s", name, a.status, a.body)
		}
		i.partner.change(func() { i.partner.people = []string{"after"} })
		if a := i.ask(o); a.status != 200 || !strings.Contains(a.body, `"after"`) {
			t.Errorf("%s tells of the world before: %d %s", name, a.status, a.body)
		}
		i.partner.change(func() { i.partner.gone = true })
		if a := i.ask(o); a.status == 200 || !strings.Contains(a.body, "No domain controller of corp.example.com answers") {
			t.Errorf("%s: the partner is gone, and yet: %d %s", name, a.status, a.body)
		}
		if i.store.Revision() != revision {
			t.Errorf("%s: the store has changed, so this proves nothing", name)
		}
	}
}

// TestTheColumnsAreTrue calls every operation that only reads: none changes the
// store, one whose answer is stored never looks outside the store, and its
// answer is in fact given again.
func TestTheColumnsAreTrue(t *testing.T) {
	i := newInhabited(t)
	for _, o := range operations(nil) {
		if o.call == nil || o.access != reads {
			continue
		}
		revision, asked := i.store.Revision(), i.partner.times()
		first := i.ask(o)
		if strings.Contains(first.body, "ValidationException") || first.status >= 500 {
			t.Errorf("%s was not asked in earnest: %d %s", o.name, first.status, first.body)
		}
		second := i.ask(o)
		if i.store.Revision() != revision {
			t.Errorf("%s reads, and has changed the store", o.name)
		}
		if looked := i.partner.times() > asked; looked && o.freshness == stored {
			t.Errorf("%s is stored, and has looked outside the store", o.name)
		}
		if o.freshness == stored && (o.api == apiDS || o.api == apiOwn) && first.body != second.body && first.status == 200 {
			t.Errorf("%s is stored, and has two answers to one question:\n%s\n%s", o.name, first.body, second.body)
		}
	}
}

// TestARememberedAnswerIsForgottenWithTheChange is the other half: what is
// stored is told anew once the store has changed.
func TestARememberedAnswerIsForgottenWithTheChange(t *testing.T) {
	calls, revision := 0, int64(1)
	w := newWorld(t, with("DescribeTrusts", func(audit.Caller, *trustsIn) (*trustsOut, error) {
		calls++
		return &trustsOut{}, nil
	}))
	w.h.cfg.Revision = func() int64 { return revision }
	for range 3 {
		w.call("DescribeTrusts", "{}")
	}
	if calls != 1 {
		t.Errorf("%d calls at one revision", calls)
	}
	revision++
	w.call("DescribeTrusts", "{}")
	if calls != 2 {
		t.Errorf("%d calls after a change", calls)
	}
}

func TestEveryRowSaysWhatItDoesAndWhereItsAnswerComesFrom(t *testing.T) {
	if _, err := byAPI(operations(nil)); err != nil {
		t.Error(err)
	}
	call := func(context.Context, audit.Caller, any) (any, error) { return nil, nil }
	input := reflect.TypeFor[trustsIn]()
	for name, rows := range map[string][]operation{
		"no access":       {{api: apiDS, name: "X", freshness: live, input: input, call: call}},
		"no freshness":    {{api: apiDS, name: "X", access: reads, input: input, call: call}},
		"stored write":    {{api: apiDS, name: "X", access: writes, freshness: stored, input: input, call: call}},
		"neither":         {{api: apiDS, name: "X", access: reads, freshness: live}},
		"both":            {{api: apiDS, name: "X", access: reads, freshness: live, input: input, call: call, refusal: "No."}},
		"no API":          {{name: "X", access: reads, freshness: live, input: input, call: call}},
		"twice":           {{api: apiDS, name: "X", access: reads, freshness: live, refusal: "No."}, {api: apiDS, name: "X", access: reads, freshness: live, refusal: "No."}},
		"refused, silent": {{api: apiEC2, name: "X", freshness: live, refusal: "No."}},
	} {
		if _, err := byAPI(rows); err == nil {
			t.Errorf("%s: the row is taken", name)
		}
	}
}
