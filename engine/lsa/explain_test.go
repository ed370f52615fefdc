package lsa

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/entente-ad/entente/condition"
	"github.com/entente-ad/entente/internal/errs"
	"github.com/entente-ad/entente/trust"
)

func TestEveryStatusHasOneRowWithWords(t *testing.T) {
	nt, win, krb := map[NTStatus]string{}, map[Win32]string{}, map[KRBError]string{}
	for _, r := range rows {
		if r.nt == 0 && r.win == 0 && r.krb == 0 {
			t.Errorf("%s has no code", r.name)
		}
		if r.nt != 0 && nt[r.nt] != "" || r.win != 0 && win[r.win] != "" || r.krb != 0 && krb[r.krb] != "" {
			t.Errorf("%s: a code has two rows", r.name)
		}
		nt[r.nt], win[r.win], krb[r.krb] = r.name, r.name, r.name
		if r.name == "" || r.words == "" || r.kind == errs.Internal {
			t.Errorf("%+v is not complete", r)
		}
		if strings.HasSuffix(r.words, ".") || strings.ToUpper(r.words[:1]) == r.words[:1] && !strings.HasPrefix(r.words, "Small ") {
			t.Errorf("%s: words are not in the style of errors: %q", r.name, r.words)
		}
		if r.hint != "" && !strings.HasSuffix(r.hint, ".") {
			t.Errorf("%s: the hint is no sentence: %q", r.name, r.hint)
		}
	}
}

// The statuses that the reference's tables list (ad-trusts 3.1 to 3.3).
func TestTheReferencesStatusesAreCovered(t *testing.T) {
	for _, s := range []NTStatus{
		0xC0000003, 0xC0000008, 0xC000000D, 0xC0000022, 0xC0000030, 0xC0000033, 0xC0000034, 0xC0000035, 0xC000005C, 0xC000005E,
		0xC000006A, 0xC000006D, 0xC000006E, 0xC0000070, 0xC0000071, 0xC0000224, 0xC0000072, 0xC0000073, 0xC0000078, 0xC00000B5,
		0xC00000BB, 0xC00000C9, 0xC00000CA, 0xC000020C, 0xC00000DA, 0xC00000DD, 0xC00000DE, 0xC00000DF, 0xC00000E0, 0xC00000E4,
		0xC0000133, 0xC000015B, 0xC000018A, 0xC000018B, 0xC000018C, 0xC000018D, 0xC0000190, 0xC0000192, 0xC0000198, 0xC0000202,
		0xC0000225, 0xC0000233, 0xC00002E9, 0xC00002B1, 0xC0000300, 0xC0000388, 0xC0000401, 0xC0000402, 0xC0000403, 0xC0000413,
		0xC0000418, 0xC002002E, 0xC0020041, 0xC0020057,
	} {
		if rowOfNT(s) == nil {
			t.Errorf("no row for %v", s)
		}
	}
	for _, s := range []Win32{
		2, 5, 6, 50, 53, 64, 65, 67, 87, 124, 1231, 1232, 1243, 1265, 1311, 1323, 1326, 1327, 1331, 1332, 1337, 1351, 1353, 1354,
		1355, 1356, 1358, 1385, 1396, 1398, 1399, 1460, 1722, 1726, 1745, 1753, 1764, 1786, 1787, 1788, 1789, 1790, 1792, 1807,
		1810, 1825, 1908, 1935,
	} {
		if rowOfWin32(s) == nil {
			t.Errorf("no row for %v", s)
		}
	}
	for _, s := range []KRBError{6, 7, 12, 13, 14, 18, 20, 24, 25, 29, 31, 32, 33, 34, 35, 36, 37, 41, 44, 52, 60, 68} {
		if rowOfKRB(s) == nil {
			t.Errorf("no row for %v", s)
		}
	}
}

func TestVerifyResultsHaveTheCausesOfTheLab(t *testing.T) {
	for _, c := range []struct {
		name  string
		r     trust.VerifyResult
		cause condition.Cause
	}{
		{"no such trust, or not loaded yet", trust.VerifyResult{Call: 1355}, condition.ReplicationPending},
		{"incoming only, or an older direction", trust.VerifyResult{PDC: 1351, TC: 1351}, condition.ReplicationPending},
		{"the partner's side is missing", trust.VerifyResult{PDC: 1787, TC: 1787}, condition.PartnerSideMissing},
		{"a stale channel", trust.VerifyResult{PDC: 1331}, condition.ChannelStale},
		{"the partner no longer accepts us", trust.VerifyResult{PDC: 1786}, condition.DirectionMismatch},
		{"passwords differ", trust.VerifyResult{PDC: 5, TC: 5}, condition.PasswordMismatch},
		{"the partner is unreachable", trust.VerifyResult{PDC: 1311, TC: 1311}, condition.PartnerUnreachable},
		{"the types differ", trust.VerifyResult{PDC: 1810}, condition.TypeMismatch},
		{"only the channel fails", trust.VerifyResult{TC: 1787}, condition.PartnerSideMissing},
		{"we are no administrator", trust.VerifyResult{Call: 5}, condition.Unexpected},
		{"a status nobody knows", trust.VerifyResult{PDC: 4242}, condition.Unexpected},
	} {
		if x := ExplainVerify(c.r); x.Cause != c.cause || x.Words == "" {
			t.Errorf("%s: %+v", c.name, x)
		}
	}
}

func TestNetworkErrorsHaveTheirOwnCauses(t *testing.T) {
	dialing := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for _, c := range []struct {
		err   error
		cause condition.Cause
	}{
		{dialing(syscall.ECONNREFUSED), condition.PortClosed},
		{dialing(syscall.EHOSTUNREACH), condition.NoRoute},
		{dialing(syscall.ENETUNREACH), condition.NoRoute},
		{dialing(syscall.EPERM), condition.PortClosed},
		{dialing(syscall.ETIMEDOUT), condition.PartnerUnreachable},
		{context.DeadlineExceeded, condition.PartnerUnreachable},
		{&PortError{Network: "UDP", Port: 389, Open: 445}, condition.PortClosed},
		{&AnonymousError{Err: StatusAccessDenied}, condition.PipeAccessDenied},
		{&DNSError{Outcome: DNSNameError}, condition.DNSNoAnswer},
		{&DNSError{Outcome: DNSNoRecords}, condition.DNSNoAnswer},
		{&DNSError{Outcome: DNSServFail}, condition.DNSUnreachable},
		{&DNSError{Outcome: DNSNoAnswer, Err: context.DeadlineExceeded}, condition.DNSUnreachable},
		{&DNSError{Outcome: DNSNoForwarder}, condition.NoForwarder},
		{&DNSError{Outcome: DNSRefused}, condition.DNSRefused},
		{&DNSError{Outcome: DNSTheyFail}, condition.DNSRefused},
		{&DNSError{Outcome: DNSOurs}, condition.Unexpected},
	} {
		wrapped := Failure("do a thing", "our side", fmt.Errorf("deep inside: %w", c.err))
		x := Explain(wrapped)
		if x.Cause != c.cause || x.Words == "" {
			t.Errorf("%v: %+v", c.err, x)
		}
		if !strings.Contains(wrapped.Error(), "cannot do a thing: our side: "+x.Words) {
			t.Errorf("%v: message %q", c.err, wrapped)
		}
	}
}

func TestStatusesAreComparedAsValues(t *testing.T) {
	err := Failure("do a thing", "our side", fmt.Errorf("deep: %w", ErrorNoTrustSAMAccount))
	if !errors.Is(err, ErrorNoTrustSAMAccount) || errors.Is(err, ErrorAccountDisabled) || !errs.Is(err, errs.Refused) {
		t.Errorf("%v", err)
	}
	if got, want := NTStatus(0xC0000022).Error(), "STATUS_ACCESS_DENIED (0xC0000022)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Win32(99999).Error(), "Win32 status 99999"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNothingOfAnUnknownErrorIsRepeated(t *testing.T) {
	err := Failure("do a thing", "our side", errors.New("library text with MARKER-secret"))
	if strings.Contains(fmt.Sprintf("%+v %#v", err, err), "MARKER") {
		t.Errorf("%#v", err)
	}
}

// TestFailuresOfOneKindAreWordedAlike whatever port our end had and however
// long was waited: what is written down of them is compared.
func TestFailuresOfOneKindAreWordedAlike(t *testing.T) {
	read := func(port int, err error) error {
		return &net.OpError{
			Op: "read", Net: "udp", Err: err,
			Source: &net.UDPAddr{IP: net.IPv4(10, 0, 0, 1), Port: port}, Addr: &net.UDPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 389},
		}
	}
	for name, cause := range map[string]error{
		"refused": os.NewSyscallError("read", syscall.ECONNREFUSED), "silent": os.ErrDeadlineExceeded,
		"a code without words here": os.NewSyscallError("read", syscall.EMFILE), "unknown": errors.New("library text"),
	} {
		at := func(port int) [2]string {
			err := Failure("do a thing", "our side", fmt.Errorf("deep: %w", read(port, cause)))
			x := Explain(err)
			return [2]string{fmt.Sprint(x), err.Error() + fmt.Sprint(errors.Unwrap(err))}
		}
		if a, b := at(40001), at(51234); a != b {
			t.Errorf("%s:\n%q\n%q", name, a, b)
		}
		if x := Explain(Failure("do a thing", "our side", read(40001, cause))); x.Name != "" {
			t.Errorf("%s: %q is shown as a status", name, x.Name)
		}
	}
}
