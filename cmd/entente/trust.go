package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entente-ad/entente/client"
)

// explanation is what ExplainTrust answers.
type explanation struct {
	TrustID          string `json:"TrustId"`
	DirectoryName    string
	DirectoryStage   string
	RemoteDomainName string
	TrustDirection   string
	TrustType        string
	TrustState       string
	TrustStateReason string
	StateSince       float64
	NextAction       string
	NextLook         float64
	Conditions       []struct {
		Type, Cause, Message, Hint string
		Holds                      bool
		Since                      float64
	}
	Partner *struct {
		DNSName           string `json:"DnsName"`
		NetBiosName       string
		Forest            string
		SID               string `json:"Sid"`
		DomainControllers []struct {
			HostName        string
			IPAddr          string `json:"IpAddr"`
			PdcEmulator     bool
			Answered        bool
			Error           string
			ClockSkewMillis int64
		}
	}
	Verdicts []struct {
		DomainControllerID string `json:"DomainControllerId"`
		At                 float64
		Verified           bool
		Error              string
		PartnerHostName    string
		CallStatus         int64
		PasswordStatus     int64
		ChannelStatus      int64
	}
	Steps []struct {
		At         float64
		Step       string
		HostName   string
		TookMillis int64
		Error      string
	}
	Applications []client.TrustApplication
}

func trustCommand() *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "Look into trusts",
		Args:  cobra.NoArgs,
		RunE:  onlyHelp,
	}
	c.flags(cmd)
	cmd.AddCommand(trustCheck(&c), trustExplain(&c), trustApplications(&c), trustUsers(&c), trustUser(&c), trustGroups(&c), trustMembers(&c))
	return cmd
}

func trustExplain(c *connection) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "explain TRUST-ID",
		Short:   "Say why a trust works or does not, and what to do",
		Example: "  entente trust explain t-0123456789",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			api, err := c.client(cmd.Context())
			if err != nil {
				return err
			}
			in := struct{ TrustId string }{args[0]}
			var raw json.RawMessage
			if err := api.Call(cmd.Context(), "ExplainTrust", in, &raw); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, raw)
			}
			var e explanation
			if err := json.Unmarshal(raw, &e); err != nil {
				return fmt.Errorf("cannot decode the explanation: %w", err)
			}
			e.print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// print shows the explanation to a person: the answer first, then what it
// rests on.
func (e explanation) print(w io.Writer) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	say("%s: %s (%s), since %s\n", e.TrustID, e.TrustState, e.meaning(), clock(e.StateSince))
	if reason := strings.TrimSpace(strings.TrimSuffix(e.TrustStateReason, e.NextAction)); reason != "" {
		say("  %s\n", reason)
	}
	if e.NextAction != "" {
		say("  To do: %s\n", e.NextAction)
	}
	say("\n")
	for _, c := range e.Conditions {
		mark := "ok     "
		if !c.Holds {
			mark = "not ok "
		}
		text := strings.TrimSpace(c.Message + " " + c.Hint)
		if !c.Holds && text == e.TrustStateReason {
			text = "as above"
		}
		say("  %s%-16s %s\n", mark, c.Type, text)
	}
	if p := e.Partner; p != nil {
		say("\nPartner %s (%s), forest %s, %s\n", p.DNSName, p.NetBiosName, p.Forest, p.SID)
		for _, dc := range p.DomainControllers {
			state := fmt.Sprintf("answers, clock %+.1f s", float64(dc.ClockSkewMillis)/1000)
			if !dc.Answered {
				state = "does not answer: " + dc.Error
			}
			if dc.PdcEmulator {
				state += ", PDC emulator"
			}
			say("  %-28s %-15s %s\n", dc.HostName, dc.IPAddr, state)
		}
	}
	if len(e.Verdicts) > 0 {
		say("\nSecure channel, as each of our domain controllers sees it\n")
		for _, v := range e.Verdicts {
			result := fmt.Sprintf("refused: call %d, password %d, channel %d", v.CallStatus, v.PasswordStatus, v.ChannelStatus)
			switch {
			case v.Error != "":
				result = v.Error
			case v.Verified:
				result = "verified with " + strings.TrimPrefix(v.PartnerHostName, `\\`)
			}
			say("  %-14s %s  %s\n", v.DomainControllerID, clock(v.At), result)
		}
	}
	if works, waits := e.applications(); works+waits != "" {
		say("\nAWS applications for users of %s once the trust is verified\n", strings.TrimSuffix(e.RemoteDomainName, "."))
		if works != "" {
			say("  work:            %s\n", works)
		}
		if waits != "" {
			say("  need another way: %s (entente trust applications %s says why)\n", waits, e.TrustID)
		}
	}
	if len(e.Steps) > 0 {
		say("\nWhat was done\n")
		for _, s := range e.Steps {
			host, _, _ := strings.Cut(s.HostName, ".")
			say("  %s  %-20s %-15s %5d ms  %s\n", clock(s.At), s.Step, host, s.TookMillis, s.Error)
		}
	}
}

// applications names those that work with the trust's direction, and those
// that do not.
func (e explanation) applications() (works, others string) {
	var yes, no []string
	for _, a := range e.Applications {
		if a.Works {
			yes = append(yes, a.Name)
		} else {
			no = append(no, a.Name)
		}
	}
	return strings.Join(yes, ", "), strings.Join(no, ", ")
}

// meaning says in words what direction and type mean.
func (e explanation) meaning() string {
	ours, theirs := e.DirectoryName, strings.TrimSuffix(e.RemoteDomainName, ".")
	kind := strings.ToLower(e.TrustType) + " trust, "
	switch e.TrustDirection {
	case "One-Way: Outgoing":
		return kind + "users of " + theirs + " reach resources of " + ours
	case "One-Way: Incoming":
		return kind + "users of " + ours + " reach resources of " + theirs
	}
	return kind + "users of " + ours + " and " + theirs + " reach each other's resources"
}
