package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// auditEntry is an audit entry as the API tells of it.
type auditEntry struct {
	EventTime       float64 // epoch seconds
	OperationName   string
	ObjectId        string
	AccessKeyId     string
	SourceIpAddress string
	Region          string
	RequestId       string
	Request         map[string]string `json:",omitempty"`
}

// auditQuestion is what ListAuditEntries is asked.
type auditQuestion struct {
	StartTime       float64 `json:",omitempty"`
	EndTime         float64 `json:",omitempty"`
	AccessKeyId     string  `json:",omitempty"`
	OperationName   string  `json:",omitempty"`
	ObjectId        string  `json:",omitempty"`
	SourceIpAddress string  `json:",omitempty"`
	Limit           int     `json:",omitempty"`
	NextToken       string  `json:",omitempty"`
}

func auditCommand() *cobra.Command {
	var c connection
	var ask auditQuestion
	var since, until string
	var limit int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Show who changed what, the newest change first",
		Long: `Show who changed what, when, from where and on what, the newest change first.

How long the server keeps entries is set with entente serve --audit-days and
--audit-entries. A key that may only read may read the audit log too.`,
		Example: `  entente audit --since 24h
  entente audit --object t-0123456789 --json
  entente audit --operation DeleteTrust --since 2026-11-01 --until 2026-12-01`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if ask.StartTime, err = moment("--since", since, time.Now()); err != nil {
				return err
			}
			if ask.EndTime, err = moment("--until", until, time.Now()); err != nil {
				return err
			}
			if limit < 0 {
				return fmt.Errorf("--limit %d is below 0", limit)
			}
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			show, flush := auditTable(cmd.OutOrStdout())
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				show, flush = func(e auditEntry) error { return enc.Encode(e) }, func() error { return nil }
			}
			for shown := 0; ; {
				var page struct {
					AuditEntries []auditEntry
					NextToken    string
				}
				if ask.Limit = 1000; limit > 0 {
					ask.Limit = min(1000, limit-shown)
				}
				if err := api.Call(cmd.Context(), "ListAuditEntries", ask, &page); err != nil {
					return err
				}
				for _, e := range page.AuditEntries {
					if err := show(e); err != nil {
						return err
					}
				}
				shown += len(page.AuditEntries)
				if ask.NextToken = page.NextToken; ask.NextToken == "" || limit > 0 && shown >= limit {
					return flush()
				}
			}
		},
	}
	c.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "only changes of this `time` and later: 2026-11-23, 2026-11-23T15:04:05Z, or 24h ago")
	f.StringVar(&until, "until", "", "only changes before this `time`, as with --since")
	f.StringVar(&ask.AccessKeyId, "who", "", "only changes by this access `key`; \"entente\" is the server itself")
	f.StringVar(&ask.OperationName, "operation", "", "only this operation: CreateTrust")
	f.StringVar(&ask.ObjectId, "object", "", "only changes of the object with this `id`")
	f.StringVar(&ask.SourceIpAddress, "from", "", "only changes that came from this `address`")
	f.IntVar(&limit, "limit", 0, "at most this many; 0 means all")
	f.BoolVar(&asJSON, "json", false, "print JSON, one object a line")
	return cmd
}

// moment reads a time, or how long ago it was, as epoch seconds; 0 for "".
func moment(flag, text string, now time.Time) (float64, error) {
	if text == "" {
		return 0, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return seconds(now.Add(-ago)), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return seconds(at), nil
		}
	}
	return 0, fmt.Errorf("%s %q is neither a time such as 2026-11-23 or 2026-11-23T15:04:05Z, nor how long ago such as 24h", flag, text)
}

func seconds(at time.Time) float64 { return float64(at.UnixMilli()) / 1000 }

// auditTable prints entries as lines of a table.
func auditTable(out io.Writer) (show func(auditEntry) error, flush func() error) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "WHEN\tWHO\tFROM\tREGION\tWHAT\tON\tWITH")
	return func(e auditEntry) error {
		var with []string
		for _, name := range slices.Sorted(maps.Keys(e.Request)) {
			with = append(with, name+"="+e.Request[name])
		}
		_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", clock(e.EventTime), orDash(e.AccessKeyId), orDash(e.SourceIpAddress),
			orDash(e.Region), e.OperationName, printable(e.ObjectId), printable(strings.Join(with, " ")))
		return err
	}, table.Flush
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return printable(s)
}
