package assessments_test

import (
	"context"
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
	taken  bool
	lazy   []string
	as     atomic.Value // the account that looked
}

func (f *fake) Names(_ context.Context, _ directory.Instance, servers []netip.Addr, records []assessment.Record) []assessment.Answer {
	var list []assessment.Answer
	for _, s := range servers {
		for _, r := range records {
			a := assessment.Answer{Record: r, Server: s, Outcome: assessment.Answered, Targets: []string{"dc1.corp.example.com:389"}}
			if r.Type == "A" {
				a.Targets = []string{dc1.String()}
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
				list = append(list, trust.PortProbe{DC: from.DC.ID, From: from.FQDN(), Host: t.Host, Address: t.Address, Port: p, Outcome: trust.PortAnswers})
			}
		}
	}
	return list
}

func (f *fake) Look(_ context.Context, from directory.Instance, domain directory.FQDN, to trust.PortTarget) assessment.Look {
	if f.during != nil {
		f.during()
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
