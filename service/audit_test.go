package service_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/service"
	"github.com/entente-ad/entente/store/storetest"
)

func TestTheAuditLogIsRead(t *testing.T) {
	r := newRig(t)
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	other := caller
	other.AccessKeyID, other.SourceIP, other.Region = "AKIAOTHER", "192.0.2.7", "eu-west-1"
	foreign := caller
	foreign.Account = "111111111111"
	for i := range 30 {
		who, operation := caller, "CreateTrust"
		switch i % 3 {
		case 0:
			who, operation = other, "DeleteTrust"
		case 1:
			who = foreign
		}
		tx := r.store.Begin()
		tx.Audit(audit.Entry{
			Time: start.Add(time.Duration(i) * time.Minute), RequestID: "r-" + strconv.Itoa(i), Caller: who,
			Operation: operation, Object: "t-" + strconv.Itoa(i), Request: map[string]string{"Number": strconv.Itoa(i)},
		})
		storetest.Commit(t, tx)
	}
	read := func(in service.ListAuditEntriesInput) (numbers []string) {
		t.Helper()
		for {
			out := must(r.ListAuditEntries(t.Context(), caller, &in))(t)
			if in.Limit > 0 && len(out.AuditEntries) > int(in.Limit) {
				t.Errorf("a page of %d entries", len(out.AuditEntries))
			}
			for _, e := range out.AuditEntries {
				numbers = append(numbers, e.Request["Number"])
			}
			if in.NextToken = out.NextToken; in.NextToken == "" {
				return numbers
			}
		}
	}
	at := func(i int) *time.Time { return new(start.Add(time.Duration(i) * time.Minute)) }
	for name, c := range map[string]struct {
		in          service.ListAuditEntriesInput
		n           int
		first, last string
	}{
		"all of the account": {service.ListAuditEntriesInput{}, 20, "29", "0"},
		"in pages":           {service.ListAuditEntriesInput{Limit: 3}, 20, "29", "0"},
		"in pages of one":    {service.ListAuditEntriesInput{Limit: 1}, 20, "29", "0"},
		"by key":             {service.ListAuditEntriesInput{AccessKeyId: "AKIAOTHER"}, 10, "27", "0"},
		"by address":         {service.ListAuditEntriesInput{SourceIpAddress: "192.0.2.7", Limit: 4}, 10, "27", "0"},
		"by operation":       {service.ListAuditEntriesInput{OperationName: "CreateTrust"}, 10, "29", "2"},
		"by object":          {service.ListAuditEntriesInput{ObjectId: "t-5"}, 1, "5", "5"},
		"by time":            {service.ListAuditEntriesInput{StartTime: at(3), EndTime: at(10), Limit: 2}, 5, "9", "3"},
	} {
		got := read(c.in)
		if len(got) != c.n || got[0] != c.first || got[len(got)-1] != c.last {
			t.Errorf("%s: %v; want %d from %s to %s", name, got, c.n, c.first, c.last)
		}
	}
	e := must(r.ListAuditEntries(t.Context(), caller, &service.ListAuditEntriesInput{ObjectId: "t-3"}))(t).AuditEntries[0]
	if !e.EventTime.Equal(*at(3)) || e.OperationName != "DeleteTrust" || e.AccessKeyId != "AKIAOTHER" || e.SourceIpAddress != "192.0.2.7" || e.Region != "eu-west-1" || e.RequestId != "r-3" {
		t.Errorf("%+v", e)
	}
	token := must(r.ListAuditEntries(t.Context(), caller, &service.ListAuditEntriesInput{Limit: 1}))(t).NextToken
	r.refuses([]refusal{
		{"a token of another question", func() error {
			return second(r.ListAuditEntries(t.Context(), caller, &service.ListAuditEntriesInput{Limit: 1, ObjectId: "t-3", NextToken: token}))
		}, errs.InvalidNextToken, "Invalid value passed for the NextToken parameter."},
		{"too large a page", func() error {
			return second(r.ListAuditEntries(t.Context(), caller, &service.ListAuditEntriesInput{Limit: 1001}))
		}, errs.Invalid, "Limit must be between 1 and 1000."},
	})
}
