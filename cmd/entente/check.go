package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"
	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/client"
)

// errNotReady makes the exit status 1 where an assessment found a fault.
var errNotReady = errors.New("the assessment found faults; each line above that is not ok says what to do")

// check is what trust check was called with.
type check struct {
	DirectoryID      string `json:"DirectoryId"`
	RemoteDomainName string
	DNSIPAddrs       []string `json:"DnsIpAddrs,omitempty"`
	TrustType        string   `json:",omitempty"`
	TrustDirection   string   `json:",omitempty"`
	UserName         string   `json:",omitempty"`
	Password         string   `json:",omitempty"`
}

func trustCheck(c *connection) *cobra.Command {
	var in check
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check TRUST-ID | check DIRECTORY-ID DOMAIN",
		Short: "Assess whether a directory and another domain are ready for a trust",
		Long: `check tries, from each domain controller of the directory, what a trust with the
other domain needs: DNS records, every port, clocks, names, what SMB and Kerberos
offer. Each line says what was found and what to do. It changes nothing. The exit
status is 0 when everything is ready, 1 when something is not.

With --user, the password of that account of the other domain is read from standard
input, one line; the account is used to look at the domain's accounts, and forgotten.`,
		Example: "  entente trust check d-0123456789 onprem.example.net --dns 203.0.113.10\n  entente trust check t-0123456789",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			api, err := c.client(ctx)
			if err != nil {
				return err
			}
			ds, err := c.directoryService(ctx)
			if err != nil {
				return err
			}
			if err := in.about(ctx, api, args); err != nil {
				return err
			}
			if in.UserName != "" {
				if in.Password, err = line(cmd.InOrStdin()); err != nil {
					return err
				}
			}
			var started struct {
				AssessmentID string `json:"AssessmentId"`
			}
			if err := api.Call(ctx, "StartTrustAssessment", in, &started); err != nil {
				return err
			}
			out, err := follow(ctx, ds, started.AssessmentID, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				raw, err := json.Marshal(struct {
					Assessment        *types.Assessment
					AssessmentReports []types.AssessmentReport
				}{out.Assessment, out.AssessmentReports})
				if err != nil {
					return err
				}
				if err := printJSON(cmd, raw); err != nil {
					return err
				}
			} else {
				printAssessment(cmd.OutOrStdout(), out)
			}
			if aws.ToString(out.Assessment.Status) != "SUCCESS" {
				return errNotReady
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&in.DNSIPAddrs, "dns", nil, "`ADDRESSES` of the domain's DNS servers; none: those of the conditional forwarder")
	f.StringVar(&in.TrustType, "type", "", "Forest or External, of the trust that is meant")
	f.StringVar(&in.TrustDirection, "direction", "", `"One-Way: Outgoing", "One-Way: Incoming" or "Two-Way", of the trust that is meant`)
	f.StringVar(&in.UserName, "user", "", "`ACCOUNT` of the other domain; its password is read from standard input")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// about finds out which domain is meant.
func (in *check) about(ctx context.Context, api *client.Client, args []string) error {
	if len(args) == 2 {
		in.DirectoryID, in.RemoteDomainName = args[0], args[1]
		return nil
	}
	if !strings.HasPrefix(args[0], "t-") {
		return fmt.Errorf("%q is no trust: name a trust, or a directory and a domain", args[0])
	}
	var e struct {
		DirectoryID      string `json:"DirectoryId"`
		RemoteDomainName string
	}
	if err := api.Call(ctx, "ExplainTrust", struct{ TrustId string }{args[0]}, &e); err != nil {
		return err
	}
	in.DirectoryID, in.RemoteDomainName = e.DirectoryID, e.RemoteDomainName
	return nil
}

func line(r io.Reader) (string, error) {
	s, err := bufio.NewReader(r).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("cannot read the password from standard input: %w", err)
	}
	return strings.TrimRight(s, "\r\n"), nil
}

// follow waits for the end of an assessment and shows how far it is.
func follow(ctx context.Context, ds *directoryservice.Client, id string, progress io.Writer) (*directoryservice.DescribeADAssessmentOutput, error) {
	start, last := time.Now(), -1
	for {
		out, err := ds.DescribeADAssessment(ctx, &directoryservice.DescribeADAssessmentInput{AssessmentId: &id})
		if err != nil {
			return nil, err
		}
		done, running := 0, 0
		for _, r := range out.AssessmentReports {
			for _, v := range r.Validations {
				if s := aws.ToString(v.Status); s == "SUCCESS" || s == "FAILED" {
					done++
				} else {
					running++
				}
			}
		}
		if done+running != last {
			last = done + running
			_, _ = fmt.Fprintf(progress, "%5.1f s  %s: %d lines done, %d running\n", time.Since(start).Seconds(), id, done, running)
		}
		if s := aws.ToString(out.Assessment.Status); s == "SUCCESS" || s == "FAILED" {
			return out, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// printAssessment shows the report to a person: for each address what is not
// ok first.
func printAssessment(w io.Writer, out *directoryservice.DescribeADAssessmentOutput) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	for _, r := range out.AssessmentReports {
		say("\n%s\n", aws.ToString(r.DomainControllerIp))
		for _, status := range []string{"FAILED", "SUCCESS"} {
			for _, v := range r.Validations {
				if aws.ToString(v.Status) != status {
					continue
				}
				mark := "ok     "
				if status == "FAILED" {
					mark = "NOT OK "
				}
				say("  %s%-13s %s\n", mark, aws.ToString(v.Category), aws.ToString(v.Name))
				say("         %s\n", aws.ToString(v.StatusReason))
			}
		}
	}
	a := out.Assessment
	say("\n%s: %s. %s\n", aws.ToString(a.AssessmentId), aws.ToString(a.Status), aws.ToString(a.StatusReason))
}
