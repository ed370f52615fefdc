package service

import (
	"context"
	"fmt"
	"time"

	"github.com/entente-ad/entente/audit"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/internal/paging"
	"github.com/entente-ad/entente/store"
)

// ListAuditEntriesInput asks who changed what. Members that are absent set no
// bound.
type ListAuditEntriesInput struct {
	StartTime       *time.Time // of this moment and later
	EndTime         *time.Time // before this moment
	AccessKeyId     string
	OperationName   string // "CreateTrust"
	ObjectId        string // "t-0123456789"
	SourceIpAddress string
	Limit           int32 // of the page, at most 1000; 0 means 100
	NextToken       string
}

// ListAuditEntriesOutput is one page of the audit log, the newest entry first.
// It may be short, or empty, and have a NextToken all the same: then the server
// has looked through many entries that were not asked for.
type ListAuditEntriesOutput struct {
	AuditEntries []AuditEntry
	NextToken    string
}

// AuditEntry is one decision.
type AuditEntry struct {
	EventTime       *time.Time
	OperationName   string
	ObjectId        string // what was decided on
	AccessKeyId     string // of who decided; "entente" is the server itself
	SourceIpAddress string
	Region          string
	RequestId       string            // as in x-amzn-RequestId and the server's log
	Request         map[string]string // members of the request that are worth keeping, none of them secret
}

// How much of the audit log a page has, and how much is looked through for it.
const (
	auditPage     = 100
	auditPageMost = 1000
	auditLook     = 10_000
)

// ListAuditEntries reads the audit log of the caller's account, in all Regions.
func (s *Service) ListAuditEntries(ctx context.Context, caller audit.Caller, in *ListAuditEntriesInput) (*ListAuditEntriesOutput, error) {
	limit := int(in.Limit)
	switch {
	case limit < 0 || limit > auditPageMost:
		return nil, errs.E(errs.Invalid, "Limit must be between 1 and %d.", auditPageMost)
	case limit == 0:
		limit = auditPage
	}
	filter := audit.Filter{Account: caller.Account, AccessKeyID: in.AccessKeyId, Operation: in.OperationName, Object: in.ObjectId, SourceIP: in.SourceIpAddress}
	part := store.AuditRange{Since: val(in.StartTime), Until: val(in.EndTime)}
	bind := paging.Bind("ListAuditEntries", fmt.Sprint(filter), part.Since.String(), part.Until.String())
	if in.NextToken != "" {
		var err error
		if part.After, err = paging.Open(in.NextToken, bind, s.cfg.TokenKey); err != nil {
			return nil, err
		}
	}
	out := &ListAuditEntriesOutput{AuditEntries: []AuditEntry{}}
	for left := auditLook; left > 0; {
		part.Limit = min(left, auditPageMost)
		records, more, err := s.store.AuditEntries(ctx, part)
		if err != nil {
			return nil, classified(err)
		}
		for i, r := range records {
			part.After = r.Position
			if filter.Matches(r.Entry) {
				out.AuditEntries = append(out.AuditEntries, describeAudit(r.Entry))
			}
			if len(out.AuditEntries) == limit {
				more = more || i+1 < len(records)
				left = 0
				break
			}
		}
		if !more {
			return out, nil
		}
		left -= len(records)
	}
	token, err := paging.Seal(part.After, bind, s.cfg.TokenKey)
	out.NextToken = token
	return out, err
}

func describeAudit(e audit.Entry) AuditEntry {
	return AuditEntry{
		EventTime: when(e.Time), OperationName: e.Operation, ObjectId: e.Object, AccessKeyId: e.Caller.AccessKeyID,
		SourceIpAddress: e.Caller.SourceIP, Region: e.Caller.Region, RequestId: e.RequestID, Request: e.Request,
	}
}
