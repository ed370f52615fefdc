package scenario

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice/types"

	"github.com/entente-ad/entente/trust"
	"github.com/entente-ad/entente/vpc"
)

// TestEachClosedPortIsNamed closes each port of the table, one at a time, by
// rules of the security group that allow everything but that port. The trust
// then says which port it is, fails where the table says that it must, and is
// well again without a call as soon as the port is open.
func TestEachClosedPortIsNamed(t *testing.T) {
	w := newWorld(t)
	w.partnerTrusts(t, "both", "forest", trustWord)
	id := w.trusts(t, types.TrustDirectionTwoWay, types.TrustTypeForest)
	w.s.WaitTrust(t, id, types.TrustStateVerified)
	w.portsAre(t, id, "to have tried its ports", func(holds bool, _, _ string) bool { return holds })

	for _, p := range trust.Ports() {
		if p.Need == trust.NeedNone {
			continue
		}
		t.Run(p.String(), func(t *testing.T) {
			w.s.ChangeRules(t, w.id, "AuthorizeSecurityGroupEgress", allBut(p))
			w.s.ChangeRules(t, w.id, "RevokeSecurityGroupEgress", everything())
			words := []string{"blocked by security group sg-", p.String()}
			w.portsAre(t, id, "to name the closed port", func(holds bool, cause, text string) bool {
				return !holds && cause == "SecurityGroup" && says(text, words...)
			})
			if p.Need == trust.NeedVerify {
				tr := w.s.WaitTrustFor(t, id, "to fail for it", func(tr types.Trust) bool {
					return tr.TrustState == types.TrustStateVerifyFailed && says(aws.ToString(tr.TrustStateReason), words...)
				})
				t.Log(aws.ToString(tr.TrustStateReason))
			} else {
				w.s.WaitTrust(t, id, types.TrustStateVerified)
			}
			w.s.ChangeRules(t, w.id, "AuthorizeSecurityGroupEgress", everything())
			w.s.ChangeRules(t, w.id, "RevokeSecurityGroupEgress", allBut(p))
			w.portsAre(t, id, "to be well again", func(holds bool, _, _ string) bool { return holds })
			w.s.WaitTrust(t, id, types.TrustStateVerified)
		})
	}
	t.Run("beyond us", func(t *testing.T) {
		if _, err := w.partner.Exec(t.Context(), "table inet faults {\n chain in {\n  type filter hook input priority 0\n  iifname eth0 tcp dport 88 drop\n  iifname eth0 tcp dport 464 reject with tcp reset\n }\n}\n", "nft", "-f", "/dev/stdin"); err != nil {
			t.Fatal(err)
		}
		open := func() error {
			_, err := w.partner.Exec(over(t), "", "nft", "delete", "table", "inet", "faults")
			return err
		}
		defer func() { _ = open() }()
		w.portsAre(t, id, "to tell what is closed beyond us", func(holds bool, cause, text string) bool {
			return !holds && cause == "PortClosed" && says(text, "TCP 88 (Kerberos): the port is closed beyond us", "TCP 464 (Kerberos password change)", "nothing listens there")
		})
		if err := open(); err != nil {
			t.Fatal(err)
		}
		w.portsAre(t, id, "to be well again", func(holds bool, _, _ string) bool { return holds })
	})
}

func says(text string, words ...string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// portsAre waits for what the trust says of its ports.
func (w world) portsAre(t *testing.T, id, what string, ok func(holds bool, cause, text string) bool) {
	t.Helper()
	api := w.extension(t)
	last := ""
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		var out struct {
			TrustState string
			Conditions []struct {
				Type, Cause, Message, Hint string
				Holds                      bool
			}
		}
		if err := api.Call(t.Context(), "ExplainTrust", map[string]string{"TrustId": id}, &out); err != nil {
			t.Fatal(err)
		}
		for _, c := range out.Conditions {
			if c.Type != "Ports" {
				continue
			}
			if ok(c.Holds, c.Cause, c.Message+" "+c.Hint) {
				return
			}
			last = fmt.Sprintf("%s: %v %s %s %s", out.TrustState, c.Holds, c.Cause, c.Message, c.Hint)
		}
		if time.Now().After(end) {
			t.Fatalf("waited for the trust %s; it says %s", what, last)
		}
	}
}

// everything is the rule that tests open directories with.
func everything() url.Values { return permissions(permission{vpc.All, 0, 0}) }

// allBut is everything without one port.
func allBut(p trust.Port) url.Values {
	other := vpc.TCP
	if p.Protocol == vpc.TCP {
		other = vpc.UDP
	}
	list := []permission{{other, 0, 65535}, {p.Protocol, 0, p.From - 1}}
	if p.To < 65535 {
		list = append(list, permission{p.Protocol, p.To + 1, 65535})
	}
	return permissions(list...)
}

type permission struct {
	protocol vpc.Protocol
	from, to int
}

func permissions(list ...permission) url.Values {
	form := url.Values{}
	for i, p := range list {
		at := "IpPermissions." + strconv.Itoa(i+1)
		form.Set(at+".IpProtocol", string(p.protocol))
		form.Set(at+".IpRanges.1.CidrIp", "0.0.0.0/0")
		if p.protocol != vpc.All {
			form.Set(at+".FromPort", strconv.Itoa(p.from))
			form.Set(at+".ToPort", strconv.Itoa(p.to))
		}
	}
	return form
}
