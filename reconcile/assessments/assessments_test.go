package assessments_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/entente-ad/entente/assessment"
	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/internal/secret"
	"github.com/entente-ad/entente/reconcile/assessments"
	"github.com/entente-ad/entente/store"
	"github.com/entente-ad/entente/store/storetest"
	"github.com/entente-ad/entente/trust"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var dc1 = netip.MustParseAddr("203.0.113.10")

// fake is a world with one partner that has nothing to hide.
type fake struct {
	during func() // called within a look
	hangs  bool   // a look takes as long as it may
	dcs    int    // domain controllers of the partner in DNS; 0 means one
	words  string // what every port of the partner says
	looks  atomic.Int32
	taken  bool
	lazy   []string
	as     atomic.Value // the account that looked
}

func (f *fake) Names(_ context.Context, _ directory.Instance, servers []netip.Addr, records []assessment.Record) []assessment.Answer {
	var list []assessment.Answer
	for _, s := range servers {
		for _, r := range records {
			a := assessment.Answer{Record: r, Server: s, Outcome: assessment.Answered, Targets: []string{"dc1.corp.example.com:389"}}
			for i := 1; i < f.dcs; i++ {
				a.Targets = append(a.Targets, fmt.Sprintf("dc%d.corp.example.com:389", i+1))
			}
			if r.Type == "A" {
				a.Targets = []string{dc1.String()}
				if n := 0; f.dcs > 1 {
					_, _ = fmt.Sscanf(r.Name, "dc%d.", &n)
					a.Targets = []string{netip.AddrFrom4([4]byte{203, 0, 113, byte(9 + n)}).String()}
				}
			}
			list = append(list, a)
		}
	}
	return list
}

func (f *fake) Ports(_ context.Context, from directory.Instance, _ directory.FQDN, targets []trust.PortTarget) []trust.PortProbe {
	var list []trust.PortProbe
	for _, t := range targets {
		for _, p := range trust.Ports() {
			if !t.DNSOnly || p.From == 53 {
				if f.words != "" {
					list = append(list, trust.PortProbe{DC: from.DC.ID, From: from.FQDN(), Host: t.Host, Address: t.Address, Port: p, Outcome: trust.PortUntried, Detail: f.words})
					continue
				}
				list = append(list, trust.PortProbe{DC: from.DC.ID, From: from.FQDN(), Host: t.Host, Address: t.Address, Port: p, Outcome: trust.PortAnswers})
			}
		}
	}
	return list
}

func (f *fake) Look(ctx context.Context, from directory.Instance, domain directory.FQDN, to trust.PortTarget) assessment.Look {
	f.looks.Add(1)
	if f.during != nil {
		f.during()
	}
	if f.hangs {
		<-ctx.Done()
	}
	return assessment.Look{
		From: from.DC.ID, Host: to.Host, Address: to.Address, SID: "S-1-5-21-1-2-3",
		Ping: &assessment.Ping{Domain: domain, Forest: domain, NetBIOSDomain: "CORP", NetBIOSHost: "DC1", GUID: "g", PDC: true},
	}
}

func (f *fake) NoPreauth(_ context.Context, _ directory.Instance, _ directory.FQDN, _ trust.PortTarget, user string, password secret.Text, _ int) ([]string, bool, error) {
	f.as.Store(user + "/" + password.Reveal())
	return f.lazy, false, nil
}

func (f *fake) Taken(context.Context, directory.Instance, string) (bool, error) { return f.taken, nil }

// scene is a store with a directory and an assessment of one domain.
func scene(t *testing.T) (*store.Store, string) {
	t.Helper()
	s := storetest.New(t)
	dcs := []directory.DC{{ID: "dc-1", HostName: "A1"}, {ID: "dc-2", HostName: "B2"}}
	tx := s.Begin()
	store.Directories.Put(tx, "d-1", directory.Spec{ID: "d-1", Name: "ours.test", ShortName: "OURS", Region: "us-east-1", DCs: dcs}, 0)
	store.DirectoryStatus.Put(tx, "d-1", directory.Status{Stage: directory.StageActive, DCs: []directory.DCStatus{
		{ID: "dc-1", State: directory.DCActive}, {ID: "dc-2", State: directory.DCActive},
	}}, 0)
	store.Assessments.Put(tx, "da-1", assessment.Spec{
		ID: "da-1", Directory: "d-1", User: "bob", Partners: []assessment.Partner{{Domain: "corp.example.com", Servers: []netip.Addr{dc1}}},
	}, 0)
	tx.SetSecret(assessment.SecretPassword("da-1"), secret.New("word"))
	storetest.Commit(t, tx)
	return s, "da-1"
}

func TestARunEndsAndForgetsThePassword(t *testing.T) {
	s, key := scene(t)
	f := &fake{}
	f.during = func() {
		if st := store.AssessmentStatus.Peek(s, key); st.State != assessment.InProgress || len(st.Reports) == 0 {
			t.Error("no progress is shown", st.State)
		}
	}
	r := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f})
	if len(r.Keys()) != 1 {
		t.Error(r.Keys())
	}
	if _, err := r.Reconcile(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	st := store.AssessmentStatus.Peek(s, key)
	if st.State != assessment.Success || len(st.Reports) != 1 || len(st.Reports[0].Validations) < 25 {
		t.Errorf("%s %s %+v", st.State, st.Reason, st.Reports)
	}
	if f.as.Load() != "bob/word" {
		t.Error("looked as", f.as.Load())
	}
	if _, kept, _ := s.Secret(t.Context(), assessment.SecretPassword("da-1")); kept {
		t.Error("the password is kept")
	}
	if len(r.Keys()) != 0 {
		t.Error("it would run again", r.Keys())
	}
}

func TestFaultsFailIt(t *testing.T) {
	s, key := scene(t)
	f := &fake{taken: true, lazy: []string{"lazy"}}
	r := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f})
	if _, err := r.Reconcile(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	st := store.AssessmentStatus.Peek(s, key)
	if st.State != assessment.Failed || st.Count()[assessment.Failed] != 2 || !strings.Contains(st.Reason, "pre-authentication") {
		t.Errorf("%s %s", st.State, st.Reason)
	}
}

func TestARunThatWasCutOffRunsAgain(t *testing.T) {
	s, key := scene(t)
	f := &fake{}
	ctx, cancel := context.WithCancel(t.Context())
	f.during = cancel
	if _, err := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f}).Reconcile(ctx, key); err == nil {
		t.Error("it ended without an error")
	}
	if st := store.AssessmentStatus.Peek(s, key); st.Done() {
		t.Errorf("it is done: %s", st.Reason)
	}
	f.during = nil
	again := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f})
	if len(again.Keys()) != 1 {
		t.Error(again.Keys())
	}
	if _, err := again.Reconcile(t.Context(), key); err != nil || !store.AssessmentStatus.Peek(s, key).Done() {
		t.Error("it did not end", err)
	}
}

// partners asks for an assessment of more domains.
func partners(t *testing.T, s *store.Store, key string, n int) {
	t.Helper()
	o, _ := store.Assessments.Get(s, key)
	for i := 1; i < n; i++ {
		o.Value.Partners = append(o.Value.Partners, assessment.Partner{Domain: directory.FQDN(fmt.Sprintf("corp%d.example.com", i)), Servers: []netip.Addr{dc1}})
	}
	tx := s.Begin()
	store.Assessments.Put(tx, key, o.Value, o.Revision)
	storetest.Commit(t, tx)
}

// run lets the reconciler look until the assessment is done.
func run(t *testing.T, s *store.Store, r *assessments.Reconciler, key string) assessment.Status {
	t.Helper()
	for range 1000 {
		if _, err := r.Reconcile(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if st := store.AssessmentStatus.Peek(s, key); st.Done() {
			return st
		}
	}
	t.Fatal("it never ends")
	return assessment.Status{}
}

// waits reports a line that says that something is still running.
func waits(st assessment.Status) bool {
	n := st.Count()
	return n[assessment.InProgress]+n[assessment.Pending] > 0
}

func TestALookThatTakesTooLongEndsWithWhatWasFound(t *testing.T) {
	s, key := scene(t)
	partners(t, s, key, 2)
	f := &fake{hangs: true}
	st := run(t, s, assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f, Timeout: 1}), key)
	if st.State != assessment.Failed || !strings.Contains(st.Reason, "The look at the domain") || waits(st) || len(st.Reports) != 2 {
		t.Errorf("%s %s %+v", st.State, st.Reason, st.Reports)
	}
	if n := f.looks.Load(); n != 4 { // of each of our two domain controllers at each partner's
		t.Errorf("%d looks", n)
	}
	if _, kept, _ := s.Secret(t.Context(), assessment.SecretPassword("da-1")); kept {
		t.Error("the password is kept")
	}
}

// A look that ends its server, or is ended with it, is not made for ever.
func TestALookThatIsCutOffEveryTimeEnds(t *testing.T) {
	s, key := scene(t)
	f := &fake{}
	for range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		f.during = cancel
		r := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f}) // as after a crash
		_, _ = r.Reconcile(ctx, key)
		cancel()
	}
	st := store.AssessmentStatus.Peek(s, key)
	if st.State != assessment.Failed || !strings.Contains(fmt.Sprint(st.Reports), "cut off 3 times") || waits(st) {
		t.Errorf("%s %s %+v", st.State, st.Reason, st.Reports)
	}
	if n := f.looks.Load(); n != 6 { // of each of our two domain controllers
		t.Errorf("%d looks", n)
	}
	if _, kept, _ := s.Secret(t.Context(), assessment.SecretPassword("da-1")); kept {
		t.Error("the password is kept")
	}
}

func TestARunThatWasCutOffGoesOnAtTheNextPartner(t *testing.T) {
	s, key := scene(t)
	partners(t, s, key, 3)
	f := &fake{}
	if _, err := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f}).Reconcile(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if st := store.AssessmentStatus.Peek(s, key); st.Looked != 1 || st.Done() {
		t.Fatalf("%+v", st)
	}
	st := run(t, s, assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f}), key) // as after a crash
	if n := f.looks.Load(); n != 6 || st.State != assessment.Success || len(st.Reports) != 3 {
		t.Errorf("%d looks, %s %s, %d reports", n, st.State, st.Reason, len(st.Reports))
	}
}

// The report is one value of the store: etcd takes 1.5 MiB in a request.
func TestAReportOfManyFitsTheStore(t *testing.T) {
	s, key := scene(t)
	const n = 30
	partners(t, s, key, n)
	f := &fake{dcs: 8, words: strings.Repeat("The partner said so. ", 200)}
	st := run(t, s, assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f}), key)
	value, err := json.Marshal(st)
	if err != nil || len(value) > assessment.MaxSize+16<<10 {
		t.Errorf("%d bytes, %v", len(value), err)
	}
	if st.State != assessment.Failed || st.Tally.Failed < 8*n*14 || len(st.Reports)+st.Left < 8*n {
		t.Errorf("%s %s: %d failed, %d reports, %d left out", st.State, st.Reason, st.Tally.Failed, len(st.Reports), st.Left)
	}
}

func TestOneThatIsDeletedLeavesNothing(t *testing.T) {
	s, key := scene(t)
	f := &fake{}
	f.during = func() {
		o, ok := store.Assessments.Get(s, key)
		if !ok {
			return
		}
		tx := s.Begin()
		store.Assessments.Delete(tx, key, o.Revision)
		_, _ = tx.Commit(t.Context()) // the other domain controller may have been faster
	}
	r := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f})
	for range 2 {
		if _, err := r.Reconcile(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := store.AssessmentStatus.Get(s, key); ok {
		t.Error("its status stays")
	}
}

func TestNobodyToLookFrom(t *testing.T) {
	s, key := scene(t)
	o, _ := store.DirectoryStatus.Get(s, "d-1")
	o.Value.DCs = nil
	tx := s.Begin()
	store.DirectoryStatus.Put(tx, "d-1", o.Value, o.Revision)
	storetest.Commit(t, tx)
	f := &fake{}
	r := assessments.New(assessments.Config{Store: s, Probe: f, Accounts: f})
	if _, err := r.Reconcile(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if st := store.AssessmentStatus.Peek(s, key); st.State != assessment.Failed || st.Code != "DirectoryNotActive" {
		t.Errorf("%+v", st)
	}
}
